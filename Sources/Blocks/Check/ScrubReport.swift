/// What a scrub found.
package struct ScrubReport: Sendable {
    /// A frame, or a copy of a pack's header when there is no address, that is not what was written.
    package struct Damage: Hashable, Sendable {
        package let pack: PackID
        package let offset: UInt64
        package let address: Digest?
        package let kind: FrameKind?
        package let cause: FrameDamage
    }

    package internal(set) var packs = 0
    package internal(set) var frames = 0
    /// Bytes read from packs.
    package internal(set) var storedBytes: UInt64 = 0
    /// Bytes hashed.
    package internal(set) var plainBytes: UInt64 = 0
    /// Frames whose keys are not at hand: nothing is known of them.
    package internal(set) var lockedFrames = 0
    package internal(set) var damages: [Damage] = []

    package var isClean: Bool { damages.isEmpty }
    /// What cannot be read any more.
    package var damagedAddresses: Set<Digest> { Set(damages.compactMap(\.address)) }

    mutating func add(_ other: ScrubReport) {
        packs += other.packs
        frames += other.frames
        storedBytes += other.storedBytes
        plainBytes += other.plainBytes
        lockedFrames += other.lockedFrames
        damages += other.damages
    }
}
