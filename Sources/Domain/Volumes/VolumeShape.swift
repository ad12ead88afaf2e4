import Foundation

/// How large a volume is and how fast it may be: all that ModifyVolume can change.
package struct VolumeShape: Hashable, Codable, Sendable {
    package let type: VolumeType
    package let sizeGiB: Int
    /// Operations a second; of gp2 what its size gives it. Nil where the type has none to tell.
    package let iops: Int?
    /// MiB a second.
    package let throughput: Int?
    package let isMultiAttachEnabled: Bool

    /// - Throws: `Fault` for what a volume of the type cannot have.
    init(type: VolumeType, sizeGiB: Int, iops: Int?, throughput: Int?, isMultiAttachEnabled: Bool) throws {
        guard sizeGiB >= type.sizes.lowerBound else {
            throw Self.invalid(
                "Volume of \(sizeGiB)GiB is too small for volume type \(type.rawValue); minimum is \(type.sizes.lowerBound)GiB."
            )
        }
        guard sizeGiB <= type.sizes.upperBound else {
            throw Self.invalid(
                "Volume of \(sizeGiB)GiB is too large for volume type \(type.rawValue); maximum is \(type.sizes.upperBound)GiB."
            )
        }
        guard !isMultiAttachEnabled || type.takesMultiAttach else { throw Self.unsupported("multiAttachEnabled", type) }
        self.type = type
        self.sizeGiB = sizeGiB
        self.iops = try Self.iops(iops, of: type, sizeGiB: sizeGiB)
        self.throughput = try Self.throughput(throughput, of: type, iops: self.iops)
        self.isMultiAttachEnabled = isMultiAttachEnabled
    }

    /// What stands in a row: it was checked when it was made.
    package init(stored type: VolumeType, sizeGiB: Int, iops: Int?, throughput: Int?, isMultiAttachEnabled: Bool) {
        self.type = type
        self.sizeGiB = sizeGiB
        self.iops = iops
        self.throughput = throughput
        self.isMultiAttachEnabled = isMultiAttachEnabled
    }

    private static func iops(_ asked: Int?, of type: VolumeType, sizeGiB: Int) throws -> Int? {
        guard let bounds = type.iops else {
            guard asked == nil else { throw unsupported("iops", type) }
            return type == .gp2 ? min(max(100, 3 * sizeGiB), 16_000) : nil
        }
        guard let asked = asked ?? (type == .gp3 ? bounds.lowerBound : nil) else {
            throw Fault(.missingParameter, "The parameter iops must be specified for \(type.rawValue) volumes.")
        }
        guard asked >= bounds.lowerBound else { throw invalid("Volume iops of \(asked) is too low; minimum is \(bounds.lowerBound).") }
        guard asked <= bounds.upperBound else { throw invalid("Volume iops of \(asked) is too high; maximum is \(bounds.upperBound).") }
        // The smallest gp3 volume has its baseline, whatever the ratio.
        guard asked <= type.iopsPerGiBMax * sizeGiB || (type == .gp3 && asked == bounds.lowerBound) else {
            let ratio = String(format: "%.6f", Double(asked) / Double(sizeGiB))
            throw invalid("Iops to volume size ratio of \(ratio) is too high; maximum is \(type.iopsPerGiBMax)")
        }
        return asked
    }

    private static func throughput(_ asked: Int?, of type: VolumeType, iops: Int?) throws -> Int? {
        guard type.takesThroughput, let iops else {
            guard asked == nil else { throw unsupported("throughput", type) }
            return nil
        }
        let bounds = VolumeType.throughputs
        let throughput = asked ?? bounds.lowerBound
        guard throughput >= bounds.lowerBound else {
            throw invalid("Throughput (MiBps) of \(throughput) is too low; minimum is \(bounds.lowerBound).")
        }
        guard throughput <= bounds.upperBound else {
            throw invalid("Throughput (MiBps) of \(throughput) is too high; maximum is \(bounds.upperBound).")
        }
        guard Double(throughput) <= VolumeType.throughputPerIOPSMax * Double(iops) else {
            let ratio = String(format: "%.6f", Double(throughput) / Double(iops))
            throw invalid("Throughput (MiBps) to iops ratio of \(ratio) is too high; maximum is 0.250000 MiBps per iops.")
        }
        return throughput
    }

    static func invalid(_ message: String) -> Fault { Fault(.invalidParameterValue, message) }

    private static func unsupported(_ parameter: String, _ type: VolumeType) -> Fault {
        Fault(.invalidParameterCombination, "The parameter \(parameter) is not supported for \(type.rawValue) volumes.")
    }
}

/// What CreateVolume and ModifyVolume ask for of a shape; nil for what is left out.
package struct VolumeShapeRequest: Hashable, Sendable {
    package var type: VolumeType?
    package var sizeGiB: Int?
    package var iops: Int?
    package var throughput: Int?
    package var isMultiAttachEnabled: Bool?

    package init(
        type: VolumeType? = nil,
        sizeGiB: Int? = nil,
        iops: Int? = nil,
        throughput: Int? = nil,
        isMultiAttachEnabled: Bool? = nil
    ) {
        self.type = type
        self.sizeGiB = sizeGiB
        self.iops = iops
        self.throughput = throughput
        self.isMultiAttachEnabled = isMultiAttachEnabled
    }

    /// The shape of a new volume.
    ///
    /// - Parameter snapshot: what the volume is made of, and how large that is.
    package func shape(over snapshot: (id: SnapshotID, sizeGiB: Int)?) throws -> VolumeShape {
        guard let sizeGiB = sizeGiB ?? snapshot?.sizeGiB else {
            throw Fault(.missingParameter, "The request must contain the parameter size/snapshot")
        }
        if let snapshot, sizeGiB < snapshot.sizeGiB {
            throw VolumeShape.invalid(
                "Volume of size \(sizeGiB)GB is smaller than snapshot '\(snapshot.id)', expect size >= \(snapshot.sizeGiB)GB"
            )
        }
        return try VolumeShape(
            type: type ?? .gp2,
            sizeGiB: sizeGiB,
            iops: iops,
            throughput: throughput,
            isMultiAttachEnabled: isMultiAttachEnabled ?? false
        )
    }

    /// The shape that a volume is to have next: what is left out stays, as far as its type has it.
    package func shape(from current: VolumeShape) throws -> VolumeShape {
        guard self != VolumeShapeRequest() else {
            throw Fault(
                .missingParameter,
                "The request must contain the parameter size, volumeType, iops, throughput or multiAttachEnabled"
            )
        }
        let type = type ?? current.type
        guard type != .standard || current.type == .standard else {
            throw VolumeShape.invalid("A volume cannot be modified to the type standard")
        }
        let sizeGiB = sizeGiB ?? current.sizeGiB
        guard sizeGiB >= current.sizeGiB else { throw VolumeShape.invalid("New size cannot be smaller than existing size") }
        let isMultiAttachEnabled = isMultiAttachEnabled ?? current.isMultiAttachEnabled
        if isMultiAttachEnabled != current.isMultiAttachEnabled, type != .io2 {
            throw Fault(.invalidParameterCombination, "Multi-Attach can be modified for io2 volumes alone")
        }
        let staysType = type == current.type
        return try VolumeShape(
            type: type,
            sizeGiB: sizeGiB,
            iops: iops ?? (type.takesIOPS ? (staysType ? current.iops : VolumeType.iopsStandard) : nil),
            throughput: throughput ?? (type.takesThroughput && staysType ? current.throughput : nil),
            isMultiAttachEnabled: isMultiAttachEnabled
        )
    }
}
