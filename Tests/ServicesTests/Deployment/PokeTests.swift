import Services
import TestSupport
import Testing

@Suite(.againstHangs) struct PokeTests {
    private static let never: Duration = .seconds(100_000)

    /// A reconciler that is poked while it works looks again.
    @Test func aPokeBeforeTheWaitIsNotLost() async {
        let poke = Poke()
        for _ in 0..<3 { poke() }
        await poke.wait(atMost: Self.never)
    }

    @Test func aWaitEndsByItself() async {
        await Poke().wait(atMost: .zero)
    }

    @Test func aWaitEndsWhenItsTaskIsCancelled() async {
        let poke = Poke()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await poke.wait(atMost: Self.never) }
            group.cancelAll()
        }
    }

    /// Whatever was announced before a poke is seen after the wait: a lost poke would leave the reader waiting for ever.
    @Test func noPokeIsLost() async {
        let poke = Poke()
        let announced = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<500 {
                        announced.add()
                        poke()
                        await Task.yield()
                    }
                }
            }
            while announced.value < 2000 { await poke.wait(atMost: Self.never) }
        }
    }
}
