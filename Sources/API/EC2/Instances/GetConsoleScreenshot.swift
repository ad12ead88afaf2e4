import Domain
import Foundation
import Services
import Wire

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
