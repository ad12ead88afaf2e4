/// A resource that carries tags, and the name of its kind in DescribeTags and TagSpecification.
package enum TaggableResource: Hashable, Sendable {
    case image(ImageID)
    case snapshot(SnapshotID)
    case volume(VolumeID)
    case imageUsageReport(ImageUsageReportID)
    case importSnapshotTask(ImportSnapshotTaskID)
    case importImageTask(ImportImageTaskID)
    case exportImageTask(ExportImageTaskID)
    case keyPair(KeyPairID)
    case securityGroup(SecurityGroupID)
    case securityGroupRule(SecurityGroupRuleID)
    case networkPart(NetworkPartID)
    case instance(InstanceID)
    case networkInterface(NetworkInterfaceID)

    package init?(id: String) {
        if let image = ImageID(rawValue: id) {
            self = .image(image)
        } else if let snapshot = SnapshotID(rawValue: id) {
            self = .snapshot(snapshot)
        } else if let volume = VolumeID(rawValue: id) {
            self = .volume(volume)
        } else if let report = ImageUsageReportID(rawValue: id) {
            self = .imageUsageReport(report)
        } else if let task = ImportSnapshotTaskID(rawValue: id) {
            self = .importSnapshotTask(task)
        } else if let task = ImportImageTaskID(rawValue: id) {
            self = .importImageTask(task)
        } else if let task = ExportImageTaskID(rawValue: id) {
            self = .exportImageTask(task)
        } else if let pair = KeyPairID(rawValue: id) {
            self = .keyPair(pair)
        } else if let group = SecurityGroupID(rawValue: id) {
            self = .securityGroup(group)
        } else if let rule = SecurityGroupRuleID(rawValue: id) {
            self = .securityGroupRule(rule)
        } else if let part = NetworkPartID(rawValue: id) {
            self = .networkPart(part)
        } else if let instance = InstanceID(rawValue: id) {
            self = .instance(instance)
        } else if let interface = NetworkInterfaceID(rawValue: id) {
            self = .networkInterface(interface)
        } else {
            return nil
        }
    }

    package var id: String {
        switch self {
        case .image(let id): id.rawValue
        case .snapshot(let id): id.rawValue
        case .volume(let id): id.rawValue
        case .imageUsageReport(let id): id.rawValue
        case .importSnapshotTask(let id): id.rawValue
        case .importImageTask(let id): id.rawValue
        case .exportImageTask(let id): id.rawValue
        case .keyPair(let id): id.rawValue
        case .securityGroup(let id): id.rawValue
        case .securityGroupRule(let id): id.rawValue
        case .networkPart(let id): id.rawValue
        case .instance(let id): id.rawValue
        case .networkInterface(let id): id.rawValue
        }
    }

    package var kind: String {
        switch self {
        case .image: "image"
        case .snapshot: "snapshot"
        case .volume: "volume"
        case .imageUsageReport: "image-usage-report"
        case .importSnapshotTask: "import-snapshot-task"
        case .importImageTask: "import-image-task"
        case .exportImageTask: "export-image-task"
        case .keyPair: "key-pair"
        case .securityGroup: "security-group"
        case .securityGroupRule: "security-group-rule"
        case .networkPart(let id): id.kind.rawValue
        case .instance: "instance"
        case .networkInterface: "network-interface"
        }
    }
}
