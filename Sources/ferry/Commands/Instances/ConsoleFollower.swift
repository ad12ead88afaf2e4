/// Finds what is new in a console of which only the end is shown, each time anew.
struct ConsoleFollower {
    private var seen: [UInt8] = []

    /// How much of what was seen is looked for in what comes next: more than a console repeats by chance.
    private static let anchorBytes = 1_024

    /// What has been written since the last look.
    mutating func news(in console: [UInt8]) -> ArraySlice<UInt8> {
        defer { seen = console }
        let anchor = seen.suffix(Self.anchorBytes)
        guard !anchor.isEmpty, console.count >= anchor.count else { return console[...] }
        // Mostly the console has only grown.
        if console.starts(with: seen) { return console[seen.count...] }
        for start in stride(from: console.count - anchor.count, through: 0, by: -1)
        where console[start..<(start + anchor.count)].elementsEqual(anchor) {
            return console[(start + anchor.count)...]
        }
        return console[...]
    }
}
