/// What a scan of packs found.
package struct RecoveryReport: Sendable {
    /// Bytes of a pack in which no whole frame stands.
    package struct Range: Hashable, Sendable {
        package let pack: PackID
        package let bytes: Swift.Range<UInt64>
        package let damage: FrameDamage
    }

    package struct Incomplete: Hashable, Sendable {
        package let frame: IndexedFrame
        /// How many of the frames that it lists are not in any pack.
        package let missing: Int
    }

    /// A pack that is gone or cut, though the index names frames in what is missing of it.
    package struct Lost: Hashable, Sendable {
        package let pack: PackID
        /// How many frames are lost.
        package let frames: Int
        /// `missingPack` or `cutOff`.
        package let damage: FrameDamage
    }

    /// Packs that were looked at.
    package internal(set) var packs = 0
    package internal(set) var framesIndexed = 0
    package internal(set) var bytesScanned: UInt64 = 0
    /// Damage; behind the indexed end of a pack also what a crash left half written.
    package internal(set) var damaged: [Range] = []
    /// Zeros where a failed or never finished write had its place. Nothing is lost there.
    package internal(set) var gapBytes: UInt64 = 0
    package internal(set) var lost: [Lost] = []
    /// Frames that cannot be read now and whose places are known: they are in the index and suspect, unless they stand elsewhere whole.
    package internal(set) var unreadable: Set<Digest> = []
    /// Pages and roots over frames that are lost: they are in the index and suspect. Storing the content again mends them.
    package internal(set) var incomplete: [Incomplete] = []
}
