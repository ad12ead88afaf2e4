import DiskImages
import Foundation
import Testing

/// How the program is run, with stand-ins that stall, fail and tell what they see.
@Suite struct QemuImgTests {
    private func disk(in shop: Workshop) throws -> DiskImage {
        _ = try shop.makeDisk()
        return try #require(try DiskImage.inspect(Form.imported[0].make("disk.vmdk", in: shop)).first)
    }

    /// Says that it has begun, and waits until it is killed.
    private static let stalling =
        #"echo $$ > "$(dirname "$0")/pid"; for last; do :; done; echo begun > "$last"; printf '    (1.00/100%%)\r'; exec sleep 600"#

    @Test func cancellingKillsAndLeavesNothing() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let converter = try DiskConverter(searching: shop.makeTool(Self.stalling), reserve: 0)
            let (begun, told) = AsyncStream.makeStream(of: Int.self)
            let conversion = Task { try await converter.convert(disk, to: shop.path("product/disk.raw")) { told.yield($0) } }
            #expect(await begun.first { _ in true } == 1)
            #expect(FileManager.default.fileExists(atPath: shop.path("product/disk.raw")))
            let id = try #require(pid_t(String(decoding: shop.bytes(of: "tools/pid"), as: UTF8.self).filter(\.isNumber)))
            conversion.cancel()
            await #expect(throws: CancellationError.self) { try await conversion.value }
            #expect(kill(id, 0) == -1 && errno == ESRCH)
            #expect(try shop.names == ["disk.raw", "disk.vmdk", "tools"])
        }
    }

    @Test func whatWasCancelledBeforeDoesNotBegin() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let converter = try DiskConverter(searching: shop.makeTool(Self.stalling), reserve: 0)
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            let conversion = Task {
                for await _ in gate {}
                try await converter.convert(disk, to: shop.path("product/disk.raw"))
            }
            conversion.cancel()
            open.finish()
            await #expect(throws: CancellationError.self) { try await conversion.value }
            #expect(try !shop.names.contains("product") && !FileManager.default.fileExists(atPath: shop.path("tools/pid")))
        }
    }

    @Test func aStalledConversionHoldsNoOtherUp() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let stalling = try DiskConverter(searching: shop.makeTool(Self.stalling), reserve: 0)
            let (begun, told) = AsyncStream.makeStream(of: Int.self)
            let stalled = Task { try await stalling.convert(disk, to: shop.path("stalled")) { told.yield($0) } }
            #expect(await begun.first { _ in true } == 1)
            try await DiskConverter(reserve: 0).convert(disk, to: shop.path("back"))
            #expect(try shop.bytes(of: "back") == shop.bytes(of: "disk.raw"))
            stalled.cancel()
            await #expect(throws: CancellationError.self) { try await stalled.value }
        }
    }

    @Test func whatItComplainsOfIsToldWithoutPaths() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let tools = try shop.makeTool(#"printf '    (1.00/100%%)\r'; echo "qemu-img: Could not open '$7': Invalid footer" >&2; exit 1"#)
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(searching: tools, reserve: 0).convert(disk, to: shop.path("back"))
            }
            #expect(error == DiskImageError(.conversion, "The disk could not be converted: Could not open the disk: Invalid footer."))
            #expect(try shop.names == ["disk.raw", "disk.vmdk", "tools"])
        }
    }

    @Test func environmentIsItsOwn() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            setenv("FERRY_TEST_SECRET", "wxyz", 1)
            let tools = try shop.makeTool(#"echo "secret=$FERRY_TEST_SECRET path=$HOME memory=$(ulimit -v) core=$(ulimit -c)" >&2; exit 1"#)
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(searching: tools, reserve: 0).convert(disk, to: shop.path("back"))
            }
            #expect(error?.cause == "The disk could not be converted: secret= path= memory=4194304 core=0.")
        }
    }

    @Test func itWritesNoLargerFileThanTheDisk() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let tools = try shop.makeTool(#"for last; do :; done; exec truncate -s 1G "$last""#)
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(searching: tools, reserve: 0).convert(disk, to: shop.path("back"))
            }
            #expect(error?.kind == .conversion)
            #expect(try !shop.names.contains("back"))
        }
    }

    @Test func aProductOfAnotherSizeIsNone() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let tools = try shop.makeTool(#"for last; do :; done; exec truncate -s 1M "$last""#)
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(searching: tools, reserve: 0).convert(disk, to: shop.path("back"))
            }
            #expect(error?.kind == .content)
            #expect(try !shop.names.contains("back"))
        }
    }

    @Test func theReserveStaysFree() async throws {
        try await Workshop.use { shop in
            let disk = try disk(in: shop)
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(reserve: .max).convert(disk, to: shop.path("product/disk.raw"))
            }
            #expect(error?.kind == .room)
            #expect(try shop.names == ["disk.raw", "disk.vmdk"])
        }
    }

    @Test func aMissingToolIsNamed() async throws {
        try await Workshop.use { shop in
            let error = #expect(throws: DiskImageError.self) { try DiskConverter(searching: shop.folder) }
            #expect(error?.kind == .tool)
            #expect(error?.cause.contains("qemu-utils") == true)
        }
    }
}
