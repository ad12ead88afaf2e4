import Domain
import Services
import Synchronization
import TestSupport
import Testing

@Suite struct ThrottleTests {
    private static let rate = CallRate(burst: 3, perSecond: 1)

    private let time = Counter()
    private let throttle: Throttle

    /// Seconds that a test moves.
    private final class Counter: Sendable {
        private let seconds = Mutex(0.0)

        var now: Double { seconds.withLock { $0 } }
        func advance(by more: Double) { seconds.withLock { $0 += more } }
    }

    init() {
        let clock = SteadyClock(read: { [time] in .seconds(time.now) }, wait: { _ in })
        throttle = Throttle(.protect, clock: clock, rates: { profile, _, _, _ in profile == .off ? nil : Self.rate })
    }

    private func admitted(_ account: AccountID, in region: Region = World.home, _ action: String = "CopyImage", of calls: Int = 10) -> Int {
        (0..<calls).count { _ in throttle.admits(account, in: region, service: "ec2", action: action, isUnbounded: false) }
    }

    @Test func eachAccountRegionAndActionHasABucketOfItsOwn() throws {
        let other: AccountID = known("210987654321")
        #expect(admitted(World.account) == 3)
        #expect(admitted(World.account) == 0)
        #expect(admitted(other) == 3)
        #expect(admitted(World.account, in: World.away) == 3)
        #expect(admitted(World.account, "DeregisterImage") == 3)
        time.advance(by: 2)
        #expect(admitted(World.account) == 2)
    }

    /// As AWS has it: one call for a thousand instances, or a hundred for ten, and then two each second.
    @Test func instancesHaveABucketBesideTheCalls() {
        let throttle = Throttle(.aws, clock: SteadyClock(read: { [time] in .seconds(time.now) }, wait: { _ in }))
        func admits(_ count: Int, _ action: String = "RunInstances") -> Bool {
            throttle.admits(World.account, in: World.home, service: "ec2", action: action, isUnbounded: false, resources: count)
        }
        #expect(!admits(1_001))
        #expect(admits(990))
        #expect(!admits(11))
        #expect(admits(10))
        #expect(!admits(1))
        #expect(admits(1_000, "TerminateInstances"))
        time.advance(by: 1)
        #expect(admits(2))
        #expect(!admits(1))
        #expect(admits(20, "TerminateInstances"))
    }

    @Test func anotherProfileIsInForceAtOnce() {
        #expect(admitted(World.account) == 3)
        throttle.profile = .off
        #expect(admitted(World.account) == 10)
        throttle.profile = .protect
        #expect(admitted(World.account) == 3)
    }

    /// Each stranger has a part of what all of them have together, and they have no more than an account, beside all accounts.
    @Test func strangersTakeNothingFromAccountsAndLittleFromEachOther() {
        func admitted(_ address: String?, of calls: Int = 10) -> Int {
            (0..<calls).count { _ in
                throttle.admitsStranger(from: address, in: World.home, service: "s3", action: "GetObject", isUnbounded: false)
            }
        }
        #expect(admitted("192.0.2.1") == 1)
        #expect(admitted("192.0.2.2") == 1)
        // One host has all addresses of its network.
        #expect(admitted("2001:db8::1") == 1)
        #expect(admitted("2001:db8::2") == 0)
        #expect(admitted("2001:db8:0:1::1") == 0)
        #expect(admitted(nil) == 0)
        #expect(self.admitted(World.account) == 3)
        time.advance(by: 10)
        #expect(admitted("192.0.2.1") == 1)
        #expect(admitted("::ffff:192.0.2.1") == 0)
    }

    /// Accounts that have gone are forgotten.
    @Test func memoryDoesNotGrowWithTheAccountsThatEverCalled() throws {
        for number in 0..<20_000 {
            #expect(admitted(try #require(AccountID(rawValue: String(100_000_000_000 + number))), of: 1) == 1)
            time.advance(by: 0.01)
        }
        #expect(throttle.bucketCount <= 2048)
    }
}
