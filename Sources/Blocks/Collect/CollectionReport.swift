/// What a collection did.
package struct CollectionReport: Hashable, Sendable {
    /// Frames that nothing reaches any more, and what they take in their packs.
    package internal(set) var framesRemoved = 0
    package internal(set) var bytesRemoved: UInt64 = 0
    /// Packs whose file is gone; those that were rewritten are counted there as well.
    package internal(set) var packsRemoved = 0
    package internal(set) var packsRewritten = 0
    /// Bytes that were written anew to empty packs.
    package internal(set) var bytesRewritten: UInt64 = 0
    /// What the files that are gone took, and what the holes in others took.
    package internal(set) var bytesGivenBack: UInt64 = 0
    /// Frames that did not open: they stay where they are, and so do their packs.
    package internal(set) var framesUnreadable = 0
    /// Packs that stay mostly dead because there is no room to rewrite them.
    package internal(set) var packsWithoutRoom = 0
    /// Packs whose dead frames became holes in the file, because the disk was short of space.
    package internal(set) var packsPunched = 0
    /// Frames that live maps list and that the index does not have.
    package internal(set) var framesMissing = 0
    /// Packs that would have been freed but may hold what is missing.
    package internal(set) var packsKept: [KeptPack] = []

    package init() {}
}

/// A pack that stays because a frame that live maps miss may stand in it.
package struct KeptPack: Hashable, Sendable {
    package let pack: PackID
    /// Where the first such place is.
    package let bytes: Range<UInt64>
    package let cause: String
}
