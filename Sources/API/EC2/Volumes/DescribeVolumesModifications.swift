import Domain
import Foundation
import Services
import Wire

/// Lists the latest modification of each of the caller's volumes.
struct DescribeVolumesModifications: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeVolumesModifications")]

    private let query: VolumeQuery

    init(from reader: QueryReader) throws(RequestError) { query = try reader.volumes() }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Volumes(call).modifications(query), now: call.now) }

    struct Answer: XMLEncodable {
        let page: Page<VolumeModification>
        let now: Date

        func write(to xml: inout XMLWriter) {
            xml.list("volumeModificationSet", page.elements) { xml, modification in
                ModificationItem(modification: modification, percent: modification.percent(at: now)).write(to: &xml)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}
