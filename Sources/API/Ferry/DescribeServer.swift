import Domain
import Services
import Wire

/// Tells how the server does: of each Region what is under way, what is late, what waits for a collection, and the room on its disk.
struct DescribeServer: JSONAction {
    static let permissions = [Permission<Self>("ferry:DescribeServer")]

    init(from json: JSONReader) {}

    func run(in call: Call) async throws -> Answer { Answer(regions: try await ServerHealth(call).regions()) }

    struct Answer: JSONEncodable {
        let regions: [RegionHealth]

        func write(to json: inout JSONWriter) {
            json.list("Regions", regions) { json, region in
                json.member("Region", region.region.rawValue)
                json.member("FreeBytes", region.freeBytes.map { Int64(clamping: $0) })
                json.member("Copies", BacklogItem(backlog: region.copies))
                json.member("Jobs", BacklogItem(backlog: region.jobs))
                json.member("Uploads", BacklogItem(backlog: region.uploads))
                json.member("Releases", BacklogItem(backlog: region.releases))
                json.list("Late", region.late) { json, late in
                    json.member("Kind", late.kind)
                    json.member("Id", late.id)
                    json.member("AccountId", late.account.rawValue)
                    json.member("Attempts", late.attempts)
                    json.member("DueAt", late.dueAt)
                    json.member("NextAttemptAt", late.nextAttemptAt)
                }
            }
        }
    }
}

private struct BacklogItem: JSONEncodable {
    let backlog: Backlog

    func write(to json: inout JSONWriter) {
        json.member("Count", backlog.count)
        json.member("Driven", backlog.driven)
        json.member("Failing", backlog.failing)
        json.member("Oldest", backlog.oldest)
    }
}
