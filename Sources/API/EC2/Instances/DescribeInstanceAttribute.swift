import Domain
import Foundation
import Services
import Wire

/// What can be told or changed of an instance by name.
enum InstanceAttributeName: String, QueryScalar {
    case instanceType, kernel, ramdisk, userData, disableApiTermination, instanceInitiatedShutdownBehavior, rootDeviceName
    case blockDeviceMapping, productCodes, sourceDestCheck, groupSet, ebsOptimized, sriovNetSupport, enaSupport, enclaveOptions
    case disableApiStop

    static func refusal(of text: String, name: String) -> RequestError { .invalid("attribute", text, "Unknown attribute.") }
}

/// Tells one attribute of an instance.
struct DescribeInstanceAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeInstanceAttribute") { [$1.instance($0.instanceID)] }]

    private let instanceID: String
    private let attribute: InstanceAttributeName

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(detail: try await Instances(call).detail(instanceID), attribute: attribute)
    }

    struct Answer: XMLEncodable {
        let detail: InstanceDetail
        let attribute: InstanceAttributeName

        func write(to xml: inout XMLWriter) {
            let instance = detail.instance
            xml.element("instanceId", instance.id.rawValue)
            switch attribute {
            case .blockDeviceMapping: xml.list("blockDeviceMapping", detail.attachments) { DeviceItem(attachment: $1).write(to: &$0) }
            case .productCodes: xml.list("productCodes", [String]())
            case .groupSet: xml.list("groupSet", detail.hasInterface ? detail.groups : []) { $1.write(to: &$0) }
            case .enclaveOptions: xml.element("enclaveOptions") { $0.element("enabled", false) }
            default: xml.element(attribute.rawValue) { $0.element("value", value(of: instance)) }
            }
        }

        private func value(of instance: Instance) -> String? {
            switch attribute {
            case .instanceType: instance.type
            case .kernel: instance.traits.kernelID
            case .ramdisk: instance.traits.ramdiskID
            case .userData: instance.userData.map { Data($0).base64EncodedString() }
            case .disableApiTermination: String(instance.protections.termination)
            case .disableApiStop: String(instance.protections.stop)
            case .instanceInitiatedShutdownBehavior: instance.shutdownBehavior.rawValue
            case .rootDeviceName: instance.rootDeviceName
            case .sourceDestCheck: "true"
            case .ebsOptimized: String(instance.isEBSOptimized)
            case .sriovNetSupport: instance.traits.sriovNetSupport
            case .enaSupport: String(instance.traits.enaSupport)
            case .blockDeviceMapping, .productCodes, .groupSet, .enclaveOptions: nil
            }
        }
    }
}
