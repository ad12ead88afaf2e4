import Domain
import Services
import Wire

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
