/// What a soak did.
struct SoakCounts {
    var pushes = 0
    var failedPushes = 0
    var copies = 0
    var failedCopies = 0
    var deletions = 0
    var restarts = 0
    var rots = 0
    var mended = 0

    var text: String {
        "\(pushes) pushes (\(failedPushes) failed), \(copies) copies (\(failedCopies) failed), \(deletions) deletions, "
            + "\(restarts) restarts, \(rots) rotten frames (\(mended) mended from elsewhere)"
    }

    static func + (left: SoakCounts, right: SoakCounts) -> SoakCounts {
        var sum = left
        sum.pushes += right.pushes
        sum.failedPushes += right.failedPushes
        sum.copies += right.copies
        sum.failedCopies += right.failedCopies
        sum.deletions += right.deletions
        sum.restarts += right.restarts
        sum.rots += right.rots
        sum.mended += right.mended
        return sum
    }
}
