import Domain
import Services
import Wire

/// Sets how burstable instances use their processors. Each is changed for itself, and those that cannot be are named.
struct ModifyInstanceCreditSpecification: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ModifyInstanceCreditSpecification") { action, call in action.changes.map { call.instance($0.instance) } }
    ]

    private let changes: [Change]

    init(from query: QueryReader) throws(RequestError) {
        changes = try query["InstanceCreditSpecification"]
        if changes.isEmpty { throw .missing("InstanceCreditSpecification") }
        guard changes.count <= Instances.idsMax else {
            throw .invalid(
                "InstanceCreditSpecification",
                "\(changes.count)",
                "At most \(Instances.idsMax) instances can be given in a request"
            )
        }
        // A repeated call sets the same again.
        let _: ClientToken? = try query.clientToken()
    }

    func run(in call: Call) async throws -> Answer {
        var answer = Answer()
        for change in changes {
            do {
                try await Instances(call).setCredits(change.credits, of: change.instance)
                answer.changed.append(change.instance)
            } catch let fault as Fault where Answer.codes.contains(fault.code) {
                answer.unchanged.append((change.instance, fault))
            }
        }
        return answer
    }

    private struct Change: QueryStructure {
        let instance: String
        let credits: Instance.CPUCredits

        init(from query: QueryReader) throws(RequestError) {
            instance = try query["InstanceId"]
            credits = try query["CpuCredits"]
        }
    }

    struct Answer: XMLEncodable {
        /// Those that the model has for one instance; others are the call's.
        static let codes: Set<FaultCode> = [
            .incorrectInstanceState, .instanceCreditsNotSupported, .invalidInstanceIDMalformed, .invalidInstanceIDNotFound,
        ]

        var changed: [String] = []
        var unchanged: [(instance: String, fault: Fault)] = []

        func write(to xml: inout XMLWriter) {
            xml.list("successfulInstanceCreditSpecificationSet", changed) { $0.element("instanceId", $1) }
            xml.list("unsuccessfulInstanceCreditSpecificationSet", unchanged) { xml, unchanged in
                xml.element("error") { xml in
                    xml.element("code", unchanged.fault.code.rawValue)
                    xml.element("message", unchanged.fault.message)
                }
                xml.element("instanceId", unchanged.instance)
            }
        }
    }
}
