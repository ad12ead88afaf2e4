/// A copy needs more of the disk than there is. Nothing of it was moved.
package struct NoRoomForCopy: Error, Hashable, CustomStringConvertible {
    /// Bytes that the copy would store.
    package let needed: UInt64
    /// Bytes that blocks may still take, without what is kept for the databases.
    package let free: UInt64

    package init(needed: UInt64, free: UInt64) {
        self.needed = needed
        self.free = free
    }

    package var description: String { "the copy needs \(needed) bytes and \(free) are free" }
}
