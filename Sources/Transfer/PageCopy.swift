import Blocks
import Synchronization

/// A page that the destination lacks, and which of its blocks have to be moved.
final class PageCopy: Sendable {
    let page: BlockMapPage
    /// Where the root lists it, or pages that are equal to it.
    let entries: [BlockMapRoot.Entry]
    /// How often each block stands in them.
    let counts: [Digest: Int64]
    /// What the destination has, until the session ends that asked.
    let present: Set<Digest>
    /// In the order of the disk, so that blocks that are read together stand together.
    let missing: [Digest]
    private let arriving: Atomic<Int>

    init(_ page: BlockMapPage, entries: [BlockMapRoot.Entry], present: Set<Digest>) {
        self.page = page
        self.entries = entries
        let times = Int64(entries.count)
        self.present = present
        counts = page.allDigests.reduce(into: [:]) { $0[$1, default: 0] += times }
        var seen = present
        missing = page.allDigests.filter { seen.insert($0).inserted }
        arriving = Atomic(missing.count)
    }

    var presentBlocks: Int64 { present.reduce(0) { $0 + counts[$1, default: 0] } }

    /// Counts a block that has arrived. True for the last.
    func hasArrived() -> Bool { arriving.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
