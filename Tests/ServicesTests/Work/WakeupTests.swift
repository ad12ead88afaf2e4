import Services
import TestSupport
import Testing

@Suite(.againstHangs) struct WakeupTests {
    private static let never: Duration = .seconds(100_000)

    /// A reconciler that is woken while it works looks again.
    @Test func aCallBeforeTheSleepIsNotLost() async {
        let wakeup = Wakeup()
        let sleeper = wakeup.sleeper()
        for _ in 0..<3 { wakeup() }
        await sleeper.sleep(atMost: Self.never)
    }

    @Test func aSleepEndsByItself() async {
        await Wakeup().sleeper().sleep(atMost: .zero)
    }

    @Test func aSleepEndsWhenItsTaskIsCancelled() async {
        let sleeper = Wakeup().sleeper()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await sleeper.sleep(atMost: Self.never) }
            group.cancelAll()
        }
    }

    /// Each call reaches each of them, whether it sleeps or works.
    @Test func everySleeperIsWoken() async {
        let wakeup = Wakeup()
        let (announced, seen) = (Counter(), Counter())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                let sleeper = wakeup.sleeper()
                group.addTask {
                    for number in 1...200 {
                        while announced.value < number { await sleeper.sleep(atMost: Self.never) }
                        seen.add()
                    }
                }
            }
            for number in 1...200 {
                announced.add()
                wakeup()
                // The next one comes when all have seen this one.
                while seen.value < 3 * number { await Task.yield() }
            }
        }
    }

    /// Whatever was announced before a call is seen after the sleep: a lost call would leave the reader waiting for ever.
    @Test func noCallIsLost() async {
        let wakeup = Wakeup()
        let announced = Counter()
        let sleeper = wakeup.sleeper()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<500 {
                        announced.add()
                        wakeup()
                        await Task.yield()
                    }
                }
            }
            while announced.value < 2000 { await sleeper.sleep(atMost: Self.never) }
        }
    }
}
