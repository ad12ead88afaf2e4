import API
import Blocks
import Connections
import Console
import Domain
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Services

/// A server, from configuration to shutdown: read it from top to bottom.
struct Server {
    struct TLSFiles {
        let certificate: String
        let key: String
    }

    /// How guests are run.
    struct GuestSettings {
        /// Where QEMU is looked for.
        let searchPath: String
        /// Of all guests together.
        let memoryMiB: Int
        let timing: GuestTiming
    }

    /// For the bodies that are read whole, of all requests together; half of it for those whose signature covers a body that has to come first.
    private static let bodyBytesMax = 64 << 20

    /// For the blocks that long answers are cut from, of all answers together.
    private static let answerBytesMax = 32 << 20

    let folder: DataFolder
    let rootKey: RootKeySource
    let rootAccount: RootAccount.Override
    let address: ListenAddress
    let regions: [Region]
    let limits: LinkLimits
    let encryption: EncryptionOptions
    let archiveRestoreHours: Int
    let volumeOptimizationMinutes: Int
    let throttling: ThrottlingProfile
    /// A file or a folder with the keys of identity providers.
    let identityProviderKeys: String?
    let hostNames: [String]
    let tls: TLSFiles?
    let collections: Collector.Schedule
    /// Nil where no guests are run.
    let guests: GuestSettings?
    let connectionLimits: ConnectionLimits
    /// For the requests that are going on when the server stops.
    let drainTime: Duration
    let logger: Logger

    func run() async throws {
        try folder.make([])
        let lock = try folder.lock()
        try folder.takeDatabase()
        let pool = DiskPool()
        let deployment = try await open(on: pool)
        let root = try await RootAccount.prepare(
            in: deployment.secrets,
            folder: folder,
            override: rootAccount,
            clock: deployment.clock
        )
        Self.tell(root, in: folder, logger)
        for store in deployment.regions.values { try await BucketDocuments(of: store, in: deployment.directory).adopt() }

        let reconcilers = deployment.regions.values.flatMap { self.reconcilers(of: $0, deployment, pool) }
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // The edge stops first, so that nothing is asked of what has stopped already.
                services: (reconcilers + guests(of: deployment) + [Ballast(folder: folder, logger: logger), try edge(deployment)]).map {
                    .init(service: $0)
                },
                logger: logger
            )
        )
        let signals = await StopSignals(logger: logger) { [folder] in try? FileManager.default.removeItem(atPath: folder.endpoint) }
        let stopping = Task { await signals.stop(services) }
        defer { stopping.cancel() }
        do {
            try await services.run()
        } catch let error as IOError where [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode) {
            // Nothing else binds: what the server has open by now are files.
            throw CannotListen(address: address, cause: String(cString: strerror(error.errnoCode)))
        }
        try? FileManager.default.removeItem(atPath: folder.endpoint)
        do {
            try await deployment.close()
        } catch {
            // All that was acknowledged is on the disk already.
            logger.warning("Closing the data folder failed", metadata: ["error": "\(error)"])
        }
        try await pool.shutdown()
        folder.releaseDatabase()
        lock.release()
        logger.info("Stopped")
    }

    private func open(on pool: DiskPool) async throws -> Deployment {
        try await Deployment.open(
            folder,
            regions: regions,
            pool: pool,
            rootKey: rootKey,
            limits: limits,
            encryption: encryption,
            archiveRestoreHours: archiveRestoreHours,
            volumeOptimizationMinutes: volumeOptimizationMinutes,
            throttle: Throttle(throttling),
            issuerKeys: try identityProviderKeys.map { try IssuerKeys(path: $0, logger: logger) },
            hostNames: hostNames,
            logger: logger
        )
    }

    /// What drives the long work of a Region, guests aside.
    private func reconcilers(of store: RegionStore, _ deployment: Deployment, _ pool: DiskPool) -> [any Service] {
        let copies = CopyReconciler(store: store, deployment: deployment)
        let scratch = ScratchFolder(folder.scratch(store.region), pool: pool)
        return [
            UploadReconciler(store: store, deployment: deployment),
            copies,
            JobReconciler(store: store, deployment: deployment, inbound: copies.inbound, scratch: scratch),
            Collector(store: store, deployment: deployment, schedule: collections),
            KeyReconciler(store: store, deployment: deployment),
            LifecycleReconciler(store: store, deployment: deployment),
        ]
    }

    private static func tell(_ root: RootAccount, in folder: DataFolder, _ logger: Logger) {
        var logger = logger
        logger[metadataKey: "account"] = "\(root.account)"
        switch root.change {
        case .none: break
        case .made: logger.info("Created an access key for the root account", metadata: ["access_key": "\(root.accessKeyID)"])
        case .replaced(let gone):
            logger.notice(
                "Replaced the root account's access key by the one in the environment",
                metadata: ["access_key": "\(root.accessKeyID)", "removed": "\(gone.joined(separator: ","))"]
            )
        }
        logger.info("The root account's access key is in the credentials file", metadata: ["file": "\(folder.credentials)"])
    }

    /// What runs the guests. They go on when it stops, and are found again.
    private func guests(of deployment: Deployment) -> [any Service] {
        guard let guests else { return [] }
        // The helper is beside this program, or where the package has put it.
        let host = QEMUHost(searching: guests.searchPath, helpers: [ProgramFolder.path, "/usr/lib/ferry"])
        let memory = GuestMemory(limitMiB: guests.memoryMiB)
        return deployment.regions.values.map { store in
            let machines = RegionMachines(folder: folder.machines(store.region), host: host, memory: memory)
            store.machines = machines
            return InstanceReconciler(
                store: store,
                deployment: deployment,
                host: host,
                disks: store.disks,
                memory: memory,
                machines: machines,
                timing: guests.timing
            )
        }
    }

    private func edge(_ deployment: Deployment) throws -> any Service {
        let connections = ConnectionRegistry(limits: connectionLimits, logger: logger)
        let bodies = BodyBudget(bytes: Self.bodyBytesMax, strangersBytes: Self.bodyBytesMax / 2, onDrained: MemoryPolicy.giveBack)
        let answers = AnswerBudget(bytes: Self.answerBytesMax, onDrained: MemoryPolicy.giveBack)
        let plain = HTTPServerBuilder { EdgeChannel(responder: $0, registry: connections) }
        let application = Application(
            responder: try FerryResponder(
                deployment: deployment,
                connections: connections,
                bodies: bodies,
                answers: answers,
                isSecure: tls != nil,
                version: Version.text,
                pages: { try Console(over: $0, version: Version.text) }
            ),
            server: try tls.map { try .tls(plain, tlsConfiguration: $0.configuration()) } ?? plain,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: "Ferry",
                // Those that wait to be accepted outlive a burst.
                backlog: 1024,
                availableConnectionsDelegate: ConnectionPlaces(in: connections)
            ),
            onServerRunning: { channel in announce(port: channel.localAddress?.port) },
            logger: quietLogger
        )
        return DrainingService(
            server: application,
            connections: connections,
            drainTime: drainTime,
            logger: logger
        )
    }

    /// Tells people and the command line where the server is.
    private func announce(port: Int?) {
        let actual = ListenAddress(host: address.host, port: port ?? address.port)
        let url = "\(tls == nil ? "http" : "https")://\(actual)"
        do {
            try folder.write(url + "\n", to: folder.endpoint)
            ServiceManager.tell(.ready)
            logger.info("Listening", metadata: ["url": "\(url)", "regions": "\(regions.map(\.rawValue).joined(separator: ","))"])
        } catch {
            logger.error("Listening, but the endpoint file could not be written", metadata: ["url": "\(url)", "error": "\(error)"])
        }
    }

    /// The HTTP library logs its own start and every connection that ends early: only what is worse is of interest.
    private var quietLogger: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

/// The address to listen on is unavailable.
struct CannotListen: Error, CustomStringConvertible {
    let address: ListenAddress
    let cause: String

    var description: String { "cannot listen on \(address): \(cause). Name another address with --listen; port 0 takes a free one." }
}

extension Server.TLSFiles {
    func configuration() throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        )
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
