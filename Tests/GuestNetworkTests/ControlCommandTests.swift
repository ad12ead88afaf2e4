import GuestNetwork
import Testing

@Suite struct ControlCommandTests {
    @Test func commandsAreRead() throws {
        let address = try #require(IPv4Address("127.9.8.7"))
        #expect(ControlCommand("forward 127.9.8.7 2222 22") == .add(Forward(address: address, port: 2_222, guestPort: 22)))
        #expect(ControlCommand("unforward 127.9.8.7 2222") == .remove(address: address, port: 2_222))
        #expect(ControlCommand("forwards") == .list)
        #expect(ControlCommand("hops 1") == .limitTokens(hops: 1) && ControlCommand("hops 64") == .limitTokens(hops: 64))
    }

    @Test(arguments: [
        "", "forward", "forward 127.0.0.1 22", "forward 0.0.0.0 22 22", "forward 10.0.0.1 22 22", "forward 192.168.1.1 22 22",
        "forward 127.0.0.1 0 22",
        "forward 127.0.0.1 65536 22", "forward 127.0.0.1 -1 22", "forward 127.1 22 22", "forward 127.0.0.1.1 22 22",
        "forward 127.0.0.+1 22 22",
        "unforward 128.0.0.1 22", "forwards all", "metadata /etc/passwd", "hops", "hops 0", "hops 65", "hops -1", "hops 1 2",
    ])
    func othersAreNot(line: String) {
        #expect(ControlCommand(line) == nil)
    }

    @Test func forwardsAreListedAndReadAgain() throws {
        let forward = Forward(address: try #require(IPv4Address("127.0.0.1")), port: 80, guestPort: 8_080)
        #expect(forward.description == "127.0.0.1:80=8080")
        #expect(Forward(listed: forward.description) == forward)
        #expect(Forward(listed: "127.0.0.1:80") == nil)
    }
}
