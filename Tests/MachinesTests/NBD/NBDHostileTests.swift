import Machines
import NIOCore
import TestSupport
import Testing

/// Clients that lie, stall or flood.
struct NBDHostileTests {
    private func serveWell(_ workshop: NBDWorkshop) async throws {
        try await workshop.connect { wire in
            #expect(await wire.choose())
            await wire.send(NBDWire.request(0, length: 4096))
            #expect(await wire.simpleReply() == 0)
            #expect(await wire.receive(4096)?.readableBytes == 4096)
        }
    }

    @Test func whoBreaksTheHandshakeIsCutOff() async throws {
        let greetings: [(flags: UInt32, then: ByteBuffer)] = [
            (0, NBDWire.go()),
            (1 << 7, NBDWire.go()),
            (3, ByteBuffer(repeating: 0xff, count: 16)),
            (3, NBDWire.option(7, length: .max)),
            (3, NBDWire.option(1, ByteBuffer(string: "another"))),
            (3, NBDWire.option(1, ByteBuffer(bytes: [0xff, 0xfe]))),
        ]
        try await NBDWorkshop.serve { workshop in
            for (flags, then) in greetings {
                try await workshop.connect { wire in
                    #expect(await wire.greet(flags: flags))
                    await wire.send(then)
                    #expect(await wire.isCutOff())
                }
            }
            try await serveWell(workshop)
        }
    }

    @Test func optionsThatMakeNoSenseAreRefused() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.connect { wire in
                #expect(await wire.greet())
                let refused: [(ByteBuffer, UInt32)] = [
                    (NBDWire.option(5), 0x8000_0001),
                    (NBDWire.option(99, ByteBuffer(string: "what")), 0x8000_0001),
                    (NBDWire.option(3, ByteBuffer(string: "x")), 0x8000_0003),
                    (NBDWire.option(7, ByteBuffer(bytes: [0, 0])), 0x8000_0003),
                    (NBDWire.option(7, ByteBuffer(bytes: [0, 0, 0, 0, 0, 9])), 0x8000_0003),
                    (NBDWire.go("another"), 0x8000_0006),
                    (NBDWire.allocation(), 0x8000_0003),
                    (NBDWire.option(8, ByteBuffer(string: "x")), 0x8000_0003),
                ]
                for (option, kind) in refused {
                    await wire.send(option)
                    #expect(await wire.optionReply()?.kind == kind)
                }
                await wire.send(NBDWire.option(8))
                #expect(await wire.optionReply()?.kind == 1)
                await wire.send(NBDWire.option(10, ByteBuffer(bytes: [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])))
                #expect(await wire.optionReply()?.kind == 0x8000_0003)
                await wire.send(NBDWire.allocation(queries: ["base:other"]))
                #expect(await wire.optionReply()?.kind == 1)
                await wire.send(NBDWire.option(2))
                #expect(await wire.optionReply()?.kind == 1)
                #expect(await wire.isCutOff())
            }
            try await serveWell(workshop)
        }
    }

    @Test func optionsHaveAnEnd() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.connect { wire in
                #expect(await wire.greet())
                for _ in 0..<65 { await wire.send(NBDWire.option(3)) }
                #expect(await wire.isCutOff())
            }
        }
    }

    /// Command, offset, length, flags, and the error.
    private static let lies: [(UInt16, UInt64, UInt32, UInt16, UInt32)] = [
        (0, 8 << 20, 1, 0, 22), (0, (8 << 20) - 1, 2, 0, 22), (0, .max, 4096, 0, 22), (0, 0, (32 << 20) + 1, 0, 22), (0, 0, 0, 0, 22),
        (0, 0, 4096, 1 << 9, 22), (4, 0, .max, 0, 22), (4, .max, .max, 0, 22), (6, 0, .max, 0, 28), (6, 0, 4096, 0b10010, 95),
        (7, 0, 4096, 0, 22), (5, 0, 4096, 0, 22), (77, 0, 4096, 0, 22), (3, 0, 0, 1 << 3, 22),
    ]

    @Test func requestsThatLieAreAnsweredSo() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.connect { wire in
                #expect(await wire.choose())
                for (command, offset, length, flags, error) in Self.lies {
                    await wire.send(NBDWire.request(command, offset: offset, length: length, flags: flags))
                    #expect(await wire.simpleReply() == error, "\(command) \(offset) \(length) \(flags)")
                }
                await wire.send(NBDWire.request(1, offset: (8 << 20) - 2, length: 4, data: [1, 2, 3, 4]))
                #expect(await wire.simpleReply() == 28)
                await wire.send(NBDWire.request(1, offset: (8 << 20) - 4, length: 4, data: [1, 2, 3, 4]))
                #expect(await wire.simpleReply() == 0)
            }
            #expect(workshop.disk.bytes.suffix(4) == [1, 2, 3, 4])
        }
    }

    @Test func structuredRepliesSaySoToo() async throws {
        try await NBDWorkshop.serve { workshop in
            try await workshop.connect { wire in
                #expect(await wire.chooseStructured())
                await wire.send(NBDWire.request(0, offset: 8 << 20, length: 1))
                let refused = await wire.chunk()
                #expect(refused?.kind == 0x8001 && refused?.isLast == true && refused?.data == ByteBuffer(bytes: [0, 0, 0, 22, 0, 0]))
                await wire.send(NBDWire.request(1, offset: 4096, length: 4096, data: [UInt8](repeating: 9, count: 4096)))
                #expect(await wire.simpleReply() == 0)
                await wire.send(NBDWire.request(0, length: 12_288))
                let kinds = [await wire.chunk(), await wire.chunk(), await wire.chunk()]
                #expect(kinds.map { $0?.kind } == [2, 1, 2] && kinds.map { $0?.isLast } == [false, false, true])
                #expect(kinds[1]?.data.readableBytes == 8 + 4096)
                await wire.send(NBDWire.request(0, length: 12_288, flags: 4))
                let whole = await wire.chunk()
                #expect(whole?.kind == 1 && whole?.isLast == true && whole?.data.readableBytes == 8 + 12_288)
                await wire.send(NBDWire.request(7, length: 12_288, flags: 8))
                #expect(await wire.chunk()?.data == ByteBuffer(bytes: [0, 0, 0, 1, 0, 0, 0x10, 0, 0, 0, 0, 3]))
            }
        }
    }

    @Test func whatCannotBeReadOverIsCutOff() async throws {
        let requests = [
            NBDWire.request(0, length: 4096, magic: 0x1234_5678), NBDWire.request(1, length: (32 << 20) + 1),
            ByteBuffer(repeating: 0, count: 28),
        ]
        try await NBDWorkshop.serve { workshop in
            for request in requests {
                try await workshop.connect { wire in
                    #expect(await wire.choose())
                    await wire.send(request)
                    #expect(await wire.isCutOff())
                }
            }
            try await serveWell(workshop)
        }
    }

    @Test func whoStallsIsCutOff() async throws {
        var limits = NBDLimits()
        limits.handshake = .milliseconds(200)
        try await NBDWorkshop.serve(limits: limits) { workshop in
            try await workshop.connect { wire in #expect(await wire.isCutOff()) }
        }
        limits = NBDLimits()
        limits.stall = .milliseconds(200)
        try await NBDWorkshop.serve(limits: limits) { workshop in
            for half in [NBDWire.request(1, length: 4096, data: [1, 2, 3]), ByteBuffer(bytes: [0x25, 0x60])] {
                try await workshop.connect { wire in
                    #expect(await wire.choose())
                    await wire.send(half)
                    #expect(await wire.isCutOff())
                }
            }
        }
    }

    /// What waits for an answer is bounded, and so is what the server reads ahead.
    @Test func aFloodWaitsForItsTurn() async throws {
        var limits = NBDLimits()
        limits.requestsUnderway = 4
        try await NBDWorkshop.serve(limits: limits) { workshop in
            workshop.disk.hold()
            try await workshop.connect { wire in
                #expect(await wire.choose())
                for number in 0..<100 { await wire.send(NBDWire.request(0, length: 4096, cookie: UInt64(number))) }
                while workshop.disk.waiting < 4 { await Task.yield() }
                #expect(workshop.disk.reads == 4)
                workshop.disk.letGo()
                for _ in 0..<100 {
                    #expect(await wire.simpleReply() == 0)
                    #expect(await wire.receive(4096) != nil)
                }
            }
            #expect(workshop.disk.reads == 100)
        }
    }

    @Test func moreClientsThanTheLimitAreClosed() async throws {
        var limits = NBDLimits()
        limits.connections = 1
        try await NBDWorkshop.serve(limits: limits) { workshop in
            try await workshop.connect { first in
                #expect(await first.choose())
                try await workshop.connect { second in #expect(await second.isCutOff()) }
                await first.send(NBDWire.request(3))
                #expect(await first.simpleReply() == 0)
            }
        }
    }

    @Test func aDiskThatFailsIsAnErrorToItsGuest() async throws {
        struct Broken: Error {}
        try await NBDWorkshop.serve { workshop in
            try await workshop.connect { wire in
                #expect(await wire.choose())
                for (error, code) in [(Broken(), 5), (GuestDiskError.noSpace, 28), (GuestDiskError.outOfRange, 22)] as [(any Error, UInt32)]
                {
                    workshop.disk.fail(error)
                    for command: UInt16 in [0, 3, 4, 6] {
                        await wire.send(NBDWire.request(command, length: command == 3 ? 0 : 4096))
                        #expect(await wire.simpleReply() == code)
                    }
                }
                workshop.disk.fail(nil)
                await wire.send(NBDWire.request(3))
                #expect(await wire.simpleReply() == 0)
            }
        }
    }

    /// The disk may be closed when the server has stopped.
    @Test func stoppingWaitsForWhatIsUnderWay() async throws {
        try await NBDWorkshop.serve { workshop in
            workshop.disk.hold()
            try await workshop.connect { wire in
                #expect(await wire.choose())
                await wire.send(NBDWire.request(0, length: 4096))
                while workshop.disk.waiting == 0 { await Task.yield() }
                async let stopped: Void = workshop.server.stop()
                #expect(await wire.isCutOff())
                #expect(workshop.disk.waiting == 1)
                workshop.disk.letGo()
                await stopped
            }
        }
    }

    /// Whatever a client says, the next one is served.
    @Test(arguments: seeds(12)) func noiseHarmsNobody(seed: UInt64) async throws {
        try await NBDWorkshop.serve(1 << 20) { workshop in
            for round in 0..<20 {
                try await workshop.connect { wire in
                    var generator = SeededGenerator(seed: seed &* 1000 &+ UInt64(round))
                    let talks = [
                        NBDWire.option(8), NBDWire.allocation(), NBDWire.option(3), NBDWire.go(), NBDWire.request(0, length: 4096),
                        NBDWire.request(1, length: 16, data: [UInt8](repeating: 1, count: 16)), NBDWire.request(6, length: 4096),
                        NBDWire.request(7, length: 4096), NBDWire.request(3), NBDWire.request(2),
                    ]
                    let isPolite = generator.oneIn(2)
                    _ =
                        isPolite
                        ? await wire.choose()
                        : await wire.greet(flags: generator.oneIn(4) ? UInt32.random(in: 0...9, using: &generator) : 3)
                    for _ in 0..<12 {
                        var bytes = Array(generator.pick(isPolite ? Array(talks[4...]) : talks).readableBytesView)
                        if generator.oneIn(2) {
                            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8(
                                1 << Int.random(in: 0..<8, using: &generator)
                            )
                        }
                        if generator.oneIn(6) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
                        if generator.oneIn(8) { bytes = generator.bytes(Int.random(in: 1...100, using: &generator)) }
                        await wire.send(ByteBuffer(bytes: bytes))
                    }
                }
            }
            try await serveWell(workshop)
        }
    }
}
