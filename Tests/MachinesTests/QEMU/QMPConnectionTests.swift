import Foundation
import Machines
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// How Ferry and QEMU talk.
@Suite struct QMPConnectionTests {
    private func withPeer(
        greeting: String? = ScriptedQMP.greeting,
        _ script: @escaping ScriptedQMP.Script = { _, _ in [] },
        _ body: (ScriptedQMP, String) async throws -> Void
    ) async throws {
        let path = "/tmp/ferry-qmp-\(UUID().uuidString.prefix(8))"
        defer { unlink(path) }
        let peer = try await ScriptedQMP.start(path, greeting: greeting, script)
        try await body(peer, path)
        await peer.stop()
    }

    private func open(_ path: String, within limit: Duration = .seconds(30)) async throws -> QMPConnection {
        try await QMPConnection.open(path, on: NIOSingletons.posixEventLoopGroup, within: limit)
    }

    @Test func commandsAreAnswered() async throws {
        try await withPeer({ _, _ in [#"{"event": "RESUME", "timestamp": {}}"#, #"{"return": {"status": "running"}, "id": ID}"#] }) {
            peer,
            path in
            let qmp = try await open(path)
            #expect(try await qmp.execute("query-status").text("status") == "running")
            #expect(peer.commands == ["qmp_capabilities", "query-status"])
            qmp.close()
        }
    }

    @Test func answersFindTheirCommandsInAnyOrder() async throws {
        // Which of the two is sent before the other is not told.
        let earlier = Mutex<String?>(nil)
        try await withPeer({ command, _ in
            earlier.withLock { earlier in
                guard let before = earlier else {
                    earlier = command
                    return []
                }
                return [#"{"return": {"status": "\#(command)"}, "id": ID}"#, #"{"return": {"status": "\#(before)"}, "id": 2}"#]
            }
        }) { _, path in
            let qmp = try await open(path)
            async let first = qmp.execute("first", within: .seconds(30))
            async let second = qmp.execute("second", within: .seconds(30))
            let texts = try await [first.text("status"), second.text("status")]
            #expect(texts == ["first", "second"])
            qmp.close()
        }
    }

    @Test func aRefusalHasQEMUsWords() async throws {
        try await withPeer({ _, _ in [#"{"error": {"class": "GenericError", "desc": "Device 'x' not found"}, "id": ID}"#] }) { _, path in
            let qmp = try await open(path)
            let error = await #expect(throws: MachineError.self) { try await qmp.execute("device_del") }
            #expect(error == MachineError(.refused, "QEMU refused device_del: Device 'x' not found."))
            qmp.close()
        }
    }

    @Test func whoIsSilentIsNotWaitedForAndAnswersTooLateAreNone() async throws {
        try await withPeer({ command, _ in command == "quit" ? [] : [#"{"return": {}, "id": 2}"#, #"{"return": {}, "id": ID}"#] }) {
            _,
            path in
            let qmp = try await open(path)
            let error = await #expect(throws: MachineError.self) { try await qmp.execute("quit", within: .milliseconds(1)) }
            #expect(error?.kind == .silent)
            try await qmp.execute("cont")
            qmp.close()
        }
        try await withPeer(greeting: nil) { _, path in
            let error = await #expect(throws: MachineError.self) { _ = try await open(path, within: .milliseconds(50)) }
            #expect(error?.kind == .silent)
        }
    }

    @Test func eventsComeInOrderAndEndWithTheConnection() async throws {
        try await withPeer { peer, path in
            let qmp = try await open(path)
            let waiting = Task { try await qmp.execute("quit", within: .seconds(60)) }
            try await peer.say(
                #"{"event": "BLOCK_IO_ERROR", "data": {"node-name": "vol1", "reason": "No space left on device", "nospace": true}}"#
            )
            try await peer.say(#"{"event": "STOP"}"#)
            try await peer.say(#"{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}"#)
            try await peer.say(#"{"event": "DEVICE_DELETED", "data": {"device": "disk-1", "path": "/x"}}"#)
            var events: [QMPEvent] = []
            for await event in qmp.events {
                events.append(event)
                if events.count == 4 { try await peer.hangUp() }
            }
            #expect(events == [.other("BLOCK_IO_ERROR"), .stopped, .shutDown(byGuest: true), .deviceDeleted("disk-1")])
            await #expect(throws: MachineError.self) { try await waiting.value }
        }
    }

    @Test(arguments: ["no json", "[]", "{\"event\": ", String(repeating: "x", count: 2 << 20)]) func whatIsNoQMPEndsTheConversation(
        line: String
    ) async throws {
        try await withPeer { peer, path in
            let qmp = try await open(path)
            // Whether all of it was taken is not asked: the other side hangs up on it.
            try? await peer.say(line)
            #expect(await qmp.events.contains { _ in true } == false)
        }
    }

    @Test func nobodyIsThere() async throws {
        let error = await #expect(throws: MachineError.self) { _ = try await open("/tmp/ferry-qmp-nowhere") }
        #expect(error?.kind == .silent)
    }
}

/// How a guest's state follows from what QEMU tells.
@Suite struct MachineStateTests {
    @Test(
        arguments: [
            ([.resumed], .running),
            ([.resumed, .stopped], .paused),
            ([.resumed, .poweredDown, .shutDown(byGuest: true), .stopped], .off(byGuest: true)),
            ([.resumed, .shutDown(byGuest: false)], .off(byGuest: false)),
            ([.resumed, .shutDown(byGuest: true), .stopped, .reset, .resumed], .running),
            ([.resumed, .panicked, .stopped], .panicked),
            ([.resumed, .reset], .running),
            ([.other("NIC_RX_FILTER_CHANGED")], .prepared),
        ] as [([QMPEvent], MachineState)]
    )
    func followsEvents(events: [QMPEvent], state: MachineState) {
        #expect(events.reduce(.prepared) { $0.after($1) } == state)
    }

    @Test(
        arguments: [
            ("prelaunch", .prepared), ("running", .running), ("shutdown", .off(byGuest: nil)), ("paused", .paused),
            ("guest-panicked", .panicked),
        ] as [(String, MachineState)]
    )
    func isReadWhenAdopted(status: String, state: MachineState) {
        #expect(MachineState(status: status) == state)
    }
}
