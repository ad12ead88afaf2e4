import Domain
import Foundation
import Services
import Wire

/// Tells what a guest has written to its serial console.
struct GetConsoleOutput: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetConsoleOutput") { [$1.instance($0.instanceID)] }]

    private let instanceID: String

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        // It always is the latest.
        let _: Bool? = try query["Latest"]
    }

    func run(in call: Call) async throws -> Answer {
        let output = try await Instances(call).consoleOutput(of: instanceID)
        return Answer(instanceID: instanceID, bytes: output.bytes, at: output.at)
    }

    struct Answer: XMLEncodable {
        let instanceID: String
        let bytes: [UInt8]
        let at: Date

        func write(to xml: inout XMLWriter) {
            xml.element("instanceId", instanceID)
            xml.element("timestamp", at)
            if !bytes.isEmpty { xml.element("output", Data(bytes).base64EncodedString()) }
        }
    }
}
