import Foundation

/// A change of a volume's shape (docs/behaviour/volumes.md, "Modifying"). The clock drives it.
package struct VolumeModification: Sendable, Equatable {
    package enum State: String, Sendable {
        /// The volume is as it was.
        case modifying
        /// The volume is as it is to be.
        case optimizing
        case completed, failed
    }

    /// How many a volume can have in ``window``.
    package static let countMax = 4
    /// Seconds.
    package static let window: TimeInterval = 24 * 3_600

    package let volume: VolumeID
    package let account: AccountID
    /// Counts those of the volume.
    package let number: Int
    package let original: VolumeShape
    package let target: VolumeShape
    package private(set) var state: State
    package let startedAt: Date
    /// When it is no longer being optimized.
    package let dueAt: Date
    package private(set) var endedAt: Date?

    package init(
        volume: VolumeID,
        account: AccountID,
        number: Int,
        original: VolumeShape,
        target: VolumeShape,
        state: State = .modifying,
        startedAt: Date,
        dueAt: Date,
        endedAt: Date? = nil
    ) {
        self.volume = volume
        self.account = account
        self.number = number
        self.original = original
        self.target = target
        self.state = state
        self.startedAt = startedAt
        self.dueAt = dueAt
        self.endedAt = endedAt
    }

    /// Begins to modify a volume.
    ///
    /// - Parameters:
    ///   - before: those that it has had, the latest first; those that began before ``window`` may be left out, but for the latest.
    ///   - seconds: for how long it will be optimized.
    package static func begin(
        _ request: VolumeShapeRequest,
        of volume: Volume,
        after before: [VolumeModification],
        optimizingFor seconds: TimeInterval,
        at now: Date
    ) throws -> VolumeModification {
        guard volume.isUsable else {
            throw Fault(.incorrectState, "The volume '\(volume.id)' is \(volume.state.rawValue): it is not modified")
        }
        if let last = before.first, last.isRunning {
            throw Fault(
                .incorrectModificationState,
                "Cannot modify volume \(volume.id): currently in modification state \(last.state.rawValue.uppercased())"
            )
        }
        let target = try request.shape(from: volume.shape)
        if target.isMultiAttachEnabled != volume.shape.isMultiAttachEnabled, !volume.attachments.isEmpty {
            throw Fault(.volumeInUse, "Multi-Attach of the volume '\(volume.id)' is modified while it is attached to no instance")
        }
        let recent = before.filter { $0.startedAt > now.addingTimeInterval(-window) }
        if recent.count >= countMax, let oldest = recent.map(\.startedAt).min() {
            throw Fault(
                .volumeModificationRateExceeded,
                """
                You've reached the maximum modification rate per volume limit: \(countMax) in 24 hours. \
                The volume '\(volume.id)' can be modified again at \(ISO8601.text(oldest.addingTimeInterval(window))).
                """
            )
        }
        return VolumeModification(
            volume: volume.id,
            account: volume.owner,
            number: (before.first?.number ?? 0) + 1,
            original: volume.shape,
            target: target,
            startedAt: now,
            dueAt: now.addingTimeInterval(seconds)
        )
    }

    package var isRunning: Bool { state == .modifying || state == .optimizing }

    /// The volume has the new shape.
    package mutating func apply() {
        guard state == .modifying else { return }
        state = .optimizing
    }

    /// Ends it when it is due.
    package mutating func complete(at now: Date) {
        guard state == .optimizing, dueAt <= now else { return }
        (state, endedAt) = (.completed, now)
    }

    /// 0 to 100.
    package func percent(at now: Date) -> Int {
        switch state {
        case .completed: return 100
        case .modifying, .failed: return 0
        case .optimizing:
            let seconds = dueAt.timeIntervalSince(startedAt)
            guard seconds > 0 else { return 99 }
            return Percent.running(Int64(max(0, now.timeIntervalSince(startedAt)) * 1_000), of: Int64(seconds * 1_000))
        }
    }
}

extension VolumeModification: Filterable {
    package static let filterNames: Set<String> = [
        "modification-state", "original-iops", "original-size", "original-volume-type", "originalMultiAttachEnabled", "start-time",
        "target-iops", "target-size", "target-volume-type", "targetMultiAttachEnabled", "volume-id",
    ]

    /// They have none of their own.
    package var tags: [Tag] { [] }

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "modification-state": [state.rawValue]
        case "original-iops": [original.iops.map(String.init)].compactMap(\.self)
        case "original-size": [String(original.sizeGiB)]
        case "original-volume-type": [original.type.rawValue]
        case "originalMultiAttachEnabled": [String(original.isMultiAttachEnabled)]
        case "start-time": [ISO8601.text(startedAt)]
        case "target-iops": [target.iops.map(String.init)].compactMap(\.self)
        case "target-size": [String(target.sizeGiB)]
        case "target-volume-type": [target.type.rawValue]
        case "targetMultiAttachEnabled": [String(target.isMultiAttachEnabled)]
        case "volume-id": [volume.rawValue]
        default: nil
        }
    }
}
