/// The kinds of volume that EC2 knows.
package enum VolumeType: String, Codable, Sendable, CaseIterable {
    case standard, gp2, gp3, io1, io2, st1, sc1

    package var takesIOPS: Bool { [.gp3, .io1, .io2].contains(self) }
    package var takesThroughput: Bool { self == .gp3 }
}

/// The bounds of each (docs/behaviour/volumes.md, "Types").
extension VolumeType {
    /// GiB.
    package var sizes: ClosedRange<Int> {
        switch self {
        case .standard: 1...1_024
        case .gp2: 1...16_384
        case .gp3: 1...65_536
        case .io1: 4...16_384
        case .io2: 4...65_536
        case .st1, .sc1: 125...16_384
        }
    }

    /// Operations a second that can be asked for; nil where none can.
    package var iops: ClosedRange<Int>? {
        switch self {
        case .gp3: 3_000...80_000
        case .io1: 100...64_000
        case .io2: 100...256_000
        case .standard, .gp2, .st1, .sc1: nil
        }
    }

    /// Operations a second that can be asked for, for each GiB.
    package var iopsPerGiBMax: Int {
        switch self {
        case .gp3: 500
        case .io1: 50
        case .io2: 1_000
        case .standard, .gp2, .st1, .sc1: 0
        }
    }

    /// MiB a second.
    package static let throughputs = 125...2_000
    /// MiB a second for each operation a second.
    package static let throughputPerIOPSMax = 0.25
    /// What a volume has that is modified to a type with provisioned operations and names none.
    package static let iopsStandard = 3_000

    package var takesMultiAttach: Bool { self == .io1 || self == .io2 }

    /// How many snapshots of one volume can be pending at once.
    package var pendingSnapshotsMax: Int { self == .st1 || self == .sc1 ? 1 : 5 }
}
