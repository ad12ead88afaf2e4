import Domain
import HTTPTypes
import Wire

/// `GET /_ferry/health`: the one answer that needs no signature. It tells that the server serves, its version and its Regions.
struct HealthReport: JSONEncodable {
    static let path = "/_ferry/health"

    let regions: [Region]
    let version: String

    func reply(to request: IncomingRequest) -> Reply {
        guard request.method == .get || request.method == .head else {
            return Reply(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        return .json(JSONWriter.encode(self))
    }

    func write(to json: inout JSONWriter) {
        json.member("status", "ok")
        json.member("version", version)
        json.list("regions", regions.map(\.rawValue))
    }
}
