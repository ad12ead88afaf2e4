import Domain
import Foundation
import Services
import Wire

/// Changes one attribute of an instance (docs/behaviour/instances.md, "Attributes").
struct ModifyInstanceAttribute: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ModifyInstanceAttribute") { action, call in
            [call.instance(action.instanceID)] + action.groups.map { call.securityGroup($0) } + action.volumes.map(call.volume)
        }
    ]

    private let instanceID: String
    private let changes: [InstanceAttributeChange]
    private let unsupported: String?

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        var reader = try Changes(query)
        try reader.read()
        changes = reader.changes
        unsupported = reader.unsupported
    }

    private var groups: [String] {
        changes.flatMap { change -> [String] in if case .groups(let ids) = change { ids } else { [] } }
    }

    private var volumes: [String] {
        changes.flatMap { change -> [String] in if case .devices(let devices) = change { devices.compactMap(\.volume) } else { [] } }
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        if let unsupported { throw Fault(.unsupportedOperation, unsupported) }
        guard let change = changes.first else {
            throw Fault(.invalidParameterCombination, "No attributes specified.")
        }
        guard changes.count == 1 else { throw Fault(.invalidParameterCombination, "Fields for multiple attribute types specified") }
        try await Instances(call).modify(instanceID, change)
        return XMLReturnTrue()
    }
}

/// A change is asked for in a parameter of its own, or as `Attribute` and `Value`.
private struct Changes {
    private let query: QueryReader
    private let named: InstanceAttributeName?
    private(set) var changes: [InstanceAttributeChange] = []
    private(set) var unsupported: String?

    init(_ query: QueryReader) throws(RequestError) {
        self.query = query
        named = try query["Attribute"]
    }

    mutating func read() throws(RequestError) {
        if let type: String = try value(.instanceType, "InstanceType") { changes.append(.type(type)) }
        if let bytes = try query.userData(place(.userData, "UserData")) { changes.append(.userData(bytes)) }
        if let isOn: Bool = try value(.disableApiTermination, "DisableApiTermination") { changes.append(.terminationProtection(isOn)) }
        if let isOn: Bool = try value(.disableApiStop, "DisableApiStop") { changes.append(.stopProtection(isOn)) }
        if let behavior: Instance.ShutdownBehavior = try value(.instanceInitiatedShutdownBehavior, "InstanceInitiatedShutdownBehavior") {
            changes.append(.shutdownBehavior(behavior))
        }
        if let isOn: Bool = try value(.ebsOptimized, "EbsOptimized") { changes.append(.isEBSOptimized(isOn)) }
        if let isOn: Bool = try value(.sourceDestCheck, "SourceDestCheck") { changes.append(.sourceDestCheck(isOn)) }
        if let isOn: Bool = try value(.enaSupport, "EnaSupport") {
            guard isOn else { throw .invalid("enaSupport", "false", "Support for ENA can be added, not taken away") }
            changes.append(.enaSupport)
        }
        if let text: String = try value(.sriovNetSupport, "SriovNetSupport") {
            guard text == "simple" else { throw .invalid("sriovNetSupport", text, "The only possible value is simple") }
            changes.append(.sriovNetSupport)
        }
        for (attribute, name) in [(InstanceAttributeName.kernel, "Kernel"), (.ramdisk, "Ramdisk")] {
            if let _: String = try value(attribute, name) { unsupported = "\(name) cannot be changed: guests boot by their firmware" }
        }
        // It is the value of the attribute that is named, and else of none.
        let _: PossiblyEmpty? = try query["Value"]
        let groups: [String] = try query["GroupId"]
        if !groups.isEmpty { changes.append(.groups(groups)) }
        let devices: [DeviceParameter] = try query["BlockDeviceMapping"]
        if !devices.isEmpty { changes.append(.devices(devices.map(\.device))) }
        if devices.contains(where: \.isMoved) { unsupported = "Devices are added and taken away by AttachVolume and DetachVolume alone" }
    }

    /// Where an attribute's value stands.
    private func place(_ attribute: InstanceAttributeName, _ name: String) -> String { named == attribute ? "Value" : "\(name).Value" }

    private func value<Value: QueryDecodable>(_ attribute: InstanceAttributeName, _ name: String) throws(RequestError) -> Value? {
        try query[place(attribute, name)]
    }
}

/// `BlockDeviceMapping.N` of an instance that there is.
private struct DeviceParameter: QueryStructure {
    let device: InstanceAttributeChange.Device
    let isMoved: Bool

    init(from query: QueryReader) throws(RequestError) {
        device = InstanceAttributeChange.Device(
            name: try query["DeviceName"],
            volume: try query["Ebs.VolumeId"],
            deletesOnTermination: try query["Ebs.DeleteOnTermination"]
        )
        let (noDevice, virtual): (PossiblyEmpty?, String?) = (try query["NoDevice"], try query["VirtualName"])
        isMoved = noDevice.map { !$0.text.isEmpty } ?? false || virtual != nil
    }
}

/// Takes an attribute back to what it is without being set.
struct ResetInstanceAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ResetInstanceAttribute") { [$1.instance($0.instanceID)] }]

    private let instanceID: String
    private let attribute: InstanceAttributeName

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        guard attribute == .sourceDestCheck else {
            throw Fault(.unsupportedOperation, "The attribute '\(attribute.rawValue)' cannot be reset: sourceDestCheck alone can")
        }
        try await Instances(call).modify(instanceID, .sourceDestCheck(true))
        return XMLReturnTrue()
    }
}

/// Changes how the metadata of an instance may be asked for.
struct ModifyInstanceMetadataOptions: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyInstanceMetadataOptions") { [$1.instance($0.instanceID)] }]

    private let instanceID: String
    private let request: MetadataOptionsRequest

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        request = try MetadataOptionsRequest(from: query)
    }

    func run(in call: Call) async throws -> Answer {
        Answer(instanceID: instanceID, options: try await Instances(call).setMetadataOptions(request, of: instanceID))
    }

    struct Answer: XMLEncodable {
        let instanceID: String
        let options: MetadataOptions

        func write(to xml: inout XMLWriter) {
            xml.element("instanceId", instanceID)
            xml.element("instanceMetadataOptions") { options.write(to: &$0) }
        }
    }
}
