import Foundation
import Machines
import NIOCore
import TestSupport
import Testing

/// QEMU's own tools as clients.
struct NBDClientTests {
    @Test func whatQEMUWritesIsReadBack() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.qemuIO(
                "write -P 0x5a 0 64k",
                "write -P 0xa5 1000 3000",
                "read -P 0x5a 0 1000",
                "read -P 0xa5 1000 3000",
                "flush"
            )
            let bytes = workshop.disk.bytes
            #expect(bytes[..<1000].allSatisfy { $0 == 0x5a } && bytes[1000..<4000].allSatisfy { $0 == 0xa5 } && bytes[4000] == 0x5a)
            #expect(workshop.disk.flushes > 0)
        }
    }

    @Test func writesWithFUAAreDurableWhenTheyAreAnswered() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.qemuIO("write -f -P 1 0 4k", "write -f -P 2 4k 4k", "write -f -P 3 8k 4k")
            #expect(workshop.disk.flushes >= 3)
        }
    }

    @Test func trimAndZerosGiveSpaceBack() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.qemuIO(
                "write -P 7 0 4M",
                "discard 1M 1M",
                "write -z -u 2M 1M",
                "read -P 0 1M 2M",
                "read -P 7 3M 1M",
                options: ["-t", "writeback", "-d", "unmap"]
            )
            #expect(workshop.disk.heldSectors == (2 << 20) / MemoryDisk.sector)
        }
    }

    /// Zeros that a client wants to take their space do.
    @Test func zerosWithoutHolesAreWritten() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.qemuIO("write -P 7 0 64k", "write -z 0 3M", "read -P 0 0 3M")
            #expect(workshop.disk.heldSectors == (3 << 20) / MemoryDisk.sector)
        }
    }

    @Test func qemuImgSeesWhatIsStored() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.qemuIO("write -P 9 1M 1M", "write -P 9 5M 64k")
            let text = try await workshop.run("qemu-img", ["map", "--output=json", "-f", "raw", workshop.uri])
            struct Part: Decodable, Equatable {
                let start: Int
                let length: Int
                let zero: Bool
                let data: Bool
            }
            let parts = try JSONDecoder().decode([Part].self, from: Data(text.utf8))
            #expect(
                parts == [
                    Part(start: 0, length: 1 << 20, zero: true, data: false),
                    Part(start: 1 << 20, length: 1 << 20, zero: false, data: true),
                    Part(start: 2 << 20, length: 3 << 20, zero: true, data: false),
                    Part(start: 5 << 20, length: 64 << 10, zero: false, data: true),
                    Part(start: (5 << 20) + (64 << 10), length: (3 << 20) - (64 << 10), zero: true, data: false),
                ]
            )
        }
    }

    @Test func aDiskGoesInAndComesOutTheSame() async throws {
        try await NBDWorkshop.serve { workshop in
            var generator = SeededGenerator(seed: 5)
            var bytes = [UInt8](repeating: 0, count: 8 << 20)
            for start in [0, 3 << 20, (8 << 20) - 100_000] {
                bytes.replaceSubrange(start..<start + 100_000, with: generator.bytes(100_000))
            }
            let file = "\(workshop.folder)/disk.raw"
            try Data(bytes).write(to: URL(filePath: file))
            try await workshop.run("qemu-img", ["convert", "-n", "-f", "raw", "-O", "raw", file, workshop.uri])
            #expect(workshop.disk.bytes == bytes)
            try await workshop.run("qemu-img", ["compare", "-f", "raw", "-F", "raw", file, workshop.uri])
            try await workshop.run("qemu-img", ["convert", "-f", "raw", "-O", "raw", workshop.uri, "\(workshop.folder)/back.raw"])
            #expect(try Data(contentsOf: URL(filePath: "\(workshop.folder)/back.raw")) == Data(bytes))
        }
    }

    @Test func qemuNBDListsTheExport() async throws {
        try await NBDWorkshop.serve { workshop in
            let text = try await workshop.run("qemu-nbd", ["--list", "-k", workshop.socket])
            #expect(text.contains("export: 'root'") && text.contains("size:  8388608") && text.contains("base:allocation"), "\(text)")
            for flag in ["flush", "fua", "trim", "zeroes", "multi", "fast-zero", "df"] {
                #expect(text.contains(flag), "\(flag) in \(text)")
            }
            #expect(!text.contains("readonly"))
        }
    }

    @Test func aReadOnlyExportTakesNothing() async throws {
        try await NBDWorkshop.serve(isReadOnly: true) { workshop in
            try await workshop.qemuIO("read -P 0 0 1M", options: ["-r"])
            try await workshop.run("qemu-io", ["-f", "raw", "-c", "write 0 4k", workshop.uri], fails: true)
            try await workshop.connect { wire in
                #expect(await wire.choose())
                await wire.send(NBDWire.request(1, length: 4, data: [1, 2, 3, 4]))
                #expect(await wire.simpleReply() == 1)
                await wire.send(NBDWire.request(4, length: 4096))
                #expect(await wire.simpleReply() == 1)
            }
            #expect(workshop.disk.bytes.allSatisfy { $0 == 0 })
        }
    }

    @Test func severalClientsShareADisk() async throws {
        try await NBDWorkshop.serve { workshop in
            try await withThrowingTaskGroup { group in
                for number in 0..<4 {
                    group.addTask {
                        try await workshop.qemuIO("write -P \(number + 1) \(number)M 1M", "flush", "read -P \(number + 1) \(number)M 1M")
                    }
                }
                try await group.waitForAll()
            }
            let bytes = workshop.disk.bytes
            for number in 0..<4 { #expect(bytes[number << 20] == UInt8(number + 1) && bytes[(number + 1) << 20 - 1] == UInt8(number + 1)) }
        }
    }

    @Test func theSocketIsForItsOwnerAlone() async throws {
        try await NBDWorkshop.serve { workshop in
            let attributes = try FileManager.default.attributesOfItem(atPath: workshop.socket)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            await workshop.server.stop()
            #expect(!FileManager.default.fileExists(atPath: workshop.socket))
        }
    }
}
