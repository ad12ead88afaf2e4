/// The sectors that were written since the last flush, as long as they are few.
struct RecentSectors {
    private let limit: Int
    private var count = 0
    /// Nil when there are too many to name.
    private(set) var ranges: [Range<UInt64>]? = []

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { ranges?.isEmpty ?? false }

    mutating func add(_ sectors: Range<UInt64>) {
        guard var ranges else { return }
        self.ranges = nil
        if let last = ranges.last, last.lowerBound <= sectors.lowerBound, last.upperBound >= sectors.lowerBound {
            count -= last.count
            ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, sectors.upperBound)
        } else {
            ranges.append(sectors)
        }
        count += ranges[ranges.count - 1].count
        if count <= limit { self.ranges = ranges }
    }

    mutating func addAll() { ranges = nil }

    /// What was recent, which it is no more.
    mutating func take() -> [Range<UInt64>]? {
        defer { self = RecentSectors(limit: limit) }
        return ranges
    }
}
