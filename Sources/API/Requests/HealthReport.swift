import Domain
import Wire

/// `GET /_ferry/health`: that the server serves, its version and its Regions.
struct HealthReport: JSONEncodable {
    static let path = "/_ferry/health"

    let regions: [Region]
    let version: String

    func reply() -> Reply { .json(JSONWriter.encode(self)) }

    func write(to json: inout JSONWriter) {
        json.member("status", "ok")
        json.member("version", version)
        json.list("regions", regions.map(\.rawValue))
    }
}
