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

/// Takes a picture of a guest's screen.
struct GetConsoleScreenshot: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetConsoleScreenshot") { [$1.instance($0.instanceID)] }]

    private let instanceID: String

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        // Screens here do not sleep.
        let _: Bool? = try query["WakeUp"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(instanceID: instanceID, image: try await Instances(call).screenshot(of: instanceID))
    }

    struct Answer: XMLEncodable {
        let instanceID: String
        let image: [UInt8]

        func write(to xml: inout XMLWriter) {
            xml.element("imageData", Data(image).base64EncodedString())
            xml.element("instanceId", instanceID)
        }
    }
}

/// Tells the password that a guest of Windows made for its administrator. No guest of Ferry's tells one, so it is empty, as it is on EC2 for others.
struct GetPasswordData: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetPasswordData") { [$1.instance($0.instanceID)] }]

    private let instanceID: String

    init(from query: QueryReader) throws(RequestError) { instanceID = try query["InstanceId"] }

    func run(in call: Call) async throws -> Answer { Answer(instance: try await Instances(call).detail(instanceID).instance) }

    struct Answer: XMLEncodable {
        let instance: Instance

        func write(to xml: inout XMLWriter) {
            xml.element("instanceId", instance.id.rawValue)
            xml.element("timestamp", instance.launchedAt)
            xml.element("passwordData", "")
        }
    }
}
