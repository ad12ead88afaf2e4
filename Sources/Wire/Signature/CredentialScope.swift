/// What a signature is good for: one day, one Region, one service.
package struct CredentialScope: Hashable, Sendable {
    /// `yyyymmdd` in UTC.
    package let date: String
    package let region: String
    package let service: String

    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    static let terminator = "aws4_request"

    var text: String { "\(date)/\(region)/\(service)/\(Self.terminator)" }
}
