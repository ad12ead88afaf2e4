import Blocks
import Domain
import GuestNetwork
import Machines

/// Where guests run. What drives instances knows no more of it than this.
package protocol GuestHost: Sendable {
    /// - Throws: `MachineError` of the kind `missing`, which names what is to be installed.
    func requireInstalled(
        _ architecture: MachineDescription.Architecture,
        _ bootMode: MachineDescription.BootMode,
        withTPM hasTPM: Bool
    ) throws

    /// Starts a machine whose volumes are served already; its guest waits for `resume()`. One that runs in the folder is taken over instead: never
    /// do two run on the same volumes.
    func start(_ description: MachineDescription, in folder: MachineFolder) async throws -> any GuestMachine

    /// Finds a machine that runs; nil when it is proven that none does.
    func adopt(_ description: MachineDescription, in folder: MachineFolder) async throws -> (any GuestMachine)?

    /// Starts the network of a guest again that has ended. Its forwards are gone.
    func mendNetwork(_ network: GuestIdentity, in folder: MachineFolder) async throws

    /// Ends what runs in a folder, whatever it is at.
    func kill(in folder: MachineFolder) async
}

/// A guest that runs, or ran.
package protocol GuestMachine: Sendable {
    var state: MachineState { get async }
    /// The state now, and each that follows, until it is gone.
    func states() async -> AsyncStream<MachineState>

    func resume() async throws
    func reset() async throws
    func pressPowerButton() async throws
    /// Ends it, by its own way out if it takes that soon.
    func end() async
    /// Leaves it to run on.
    func release() async

    func attach(_ disk: MachineDescription.Disk) async throws
    func detach(_ volume: String, within limit: Duration) async throws -> Bool
    /// Takes a disk from a guest that does not give it back: its requests fail from then on, and what serves it may end.
    func takeAway(_ volume: String) async throws
    func volumes() async throws -> Set<String>
    func grow(_ volume: String, to bytes: UInt64) async throws

    func forward(_ forward: Forward) async throws
    func endForward(address: IPv4Address, port: UInt16) async throws
    func forwards() async throws -> [Forward]
    /// Over how many hops a token of the metadata service goes, 1 to 64.
    func limitTokens(to hops: Int) async throws
    /// Whether its network still is there.
    var hasNetwork: Bool { get }

    /// What is on its screen.
    func screenshot() async throws -> ScreenImage
}

extension Machine: GuestMachine {
    package func end() async { await end(within: .seconds(15)) }
}

/// The disks of volumes, as guests get at them: each served over NBD at a socket of its own.
package protocol VolumeService: Sendable {
    /// Serves a volume, or goes on serving it.
    ///
    /// - Returns: the path of the socket.
    func serve(_ volume: VolumeID) async throws -> String
    /// Ends it: nobody is connected any more when this returns. What is not served stays so.
    func close(_ volume: VolumeID) async
    /// Brings the bytes of a volume to what its row says: its size, or its end.
    func settle(_ volume: VolumeID) async
    /// Takes a point in time of volumes, of all of them at one moment, for `body` to note in rows.
    func withPoints<Value: Sendable>(
        of volumes: [VolumeID],
        _ body: @Sendable ([VolumeID: VolumePoint]) async throws -> Value
    ) async throws -> Value
    /// How large it is served; nil when it is not.
    func byteCount(of volume: VolumeID) async -> UInt64?
}

extension VolumeDisks: VolumeService {}
