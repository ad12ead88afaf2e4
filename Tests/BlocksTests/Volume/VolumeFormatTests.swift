import Blocks
import Foundation
import NIOCore
import Testing

/// The files of a volume as docs/formats/volume-overlay.md writes them down, with its example.
struct VolumeFormatTests {
    private static let unit = 4096

    private func padded(_ name: String) throws -> [UInt8] {
        let bytes = try DocumentedFormat.bytes(name, in: "volume-overlay.md")
        return bytes + [UInt8](repeating: 0, count: Self.unit - bytes.count)
    }

    private func sector(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: Self.unit) }

    /// - Parameter damaged: the place of a byte of the log that is another one.
    private func read(withLog hasLog: Bool, damaged: Int? = nil) async throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "volume-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var log = try padded("log transaction") + sector(0x33) + padded("logged page")
        if let damaged { log[damaged] ^= 1 }
        let header = try padded("layer header")
        let files = [
            "map": try header + header + padded("map page"),
            "data": sector(0x11) + sector(0x99) + sector(0x22) + sector(0x99),
            "log": hasLog ? log : [],
        ]
        for (part, bytes) in files { try Data(bytes).write(to: URL(filePath: folder + "/layer-0000000001." + part)) }
        var read: [UInt8] = []
        try await VolumeFixture.run { fixture in
            try await fixture.makeBase([0: ByteBuffer(repeating: 0x77, count: BlockSize.bytes)])
            let volume = try await VolumeDisk.open(
                folder: folder,
                base: fixture.base,
                in: fixture.store,
                volumeBytes: fixture.volumeBytes,
                pool: fixture.pool
            )
            read = Array(try await volume.bytes(0..<UInt64(5 * Self.unit)).readableBytesView)
            try await volume.close()
        }
        return read
    }

    @Test func aLayerIsReadAsDocumented() async throws {
        let without = sector(0x11) + sector(0) + sector(0x22) + sector(0x77) + sector(0x77)
        #expect(try await read(withLog: false) == without)
        #expect(try await read(withLog: true) == sector(0x11) + sector(0) + sector(0x22) + sector(0x33) + sector(0x77))
        // A transaction that is not whole never was.
        for place in [0, 9, 25, 33, 41, 64, Self.unit + 5, 2 * Self.unit + 40] {
            #expect(try await read(withLog: true, damaged: place) == without, "\(place)")
        }
    }
}
