import Domain
import Services
import Wire

/// Tells how often accounts may call.
struct DescribeThrottling: JSONAction {
    static let permissions = [Permission<Self>("ferry:DescribeThrottling")]

    init(from json: JSONReader) {}

    func run(in call: Call) -> ThrottlingAnswer { ThrottlingAnswer(profile: call.deployment.throttle.profile) }
}

struct ThrottlingAnswer: JSONEncodable {
    let profile: ThrottlingProfile

    func write(to json: inout JSONWriter) { json.member("Profile", profile.rawValue) }
}
