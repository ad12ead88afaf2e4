import Domain
import Services
import Wire

/// Changes how often accounts may call, until the server stops: what it begins with is an option of `ferry serve`.
struct ModifyThrottling: JSONAction {
    static let permissions = [Permission<Self>("ferry:ModifyThrottling")]

    private let profile: ThrottlingProfile

    init(from json: JSONReader) throws {
        let name: String = try json["Profile"]
        guard let profile = ThrottlingProfile(rawValue: name) else {
            let names = ThrottlingProfile.allCases.map(\.rawValue).joined(separator: ", ")
            throw RequestError.invalid("Profile", name, "The profiles are \(names)")
        }
        self.profile = profile
    }

    func run(in call: Call) async throws -> ThrottlingAnswer {
        // It is the server's, and so the management account's alone.
        try await Organizations(call).requireManagement()
        call.deployment.throttle.profile = profile
        return ThrottlingAnswer(profile: profile)
    }
}
