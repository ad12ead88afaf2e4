import Domain
import Services
import Wire

/// Sets what the account asks of passwords, as a whole: what is left out is what IAM has for it, and not what was set before.
struct UpdateAccountPasswordPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateAccountPasswordPolicy")]

    private let policy: PasswordPolicy

    init(from query: QueryReader) throws(RequestError) {
        var policy = PasswordPolicy()
        policy.minimumLength = try query.optionalInteger("MinimumPasswordLength", PasswordPolicy.lengths) ?? policy.minimumLength
        policy.requiresSymbols = try query["RequireSymbols"] ?? false
        policy.requiresNumbers = try query["RequireNumbers"] ?? false
        policy.requiresUppercase = try query["RequireUppercaseCharacters"] ?? false
        policy.requiresLowercase = try query["RequireLowercaseCharacters"] ?? false
        policy.allowsChange = try query["AllowUsersToChangePassword"] ?? false
        // Terraform and older tools say 0 for none.
        policy.maxAge = try query.optionalInteger("MaxPasswordAge", 0...PasswordPolicy.ages.upperBound).flatMap { $0 == 0 ? nil : $0 }
        policy.reusePrevention = try query.optionalInteger("PasswordReusePrevention", 0...PasswordPolicy.reuses.upperBound)
            .flatMap { $0 == 0 ? nil : $0 }
        policy.isHardExpiry = try query["HardExpiry"]
        self.policy = policy
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await AccountSettings(call).setPasswordPolicy(policy)
        return XMLEmpty()
    }
}

/// Tells what the account asks of passwords.
struct GetAccountPasswordPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:GetAccountPasswordPolicy")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer { Answer(policy: try await AccountSettings(call).passwordPolicy()) }

    struct Answer: XMLEncodable {
        let policy: PasswordPolicy

        func write(to xml: inout XMLWriter) {
            xml.element("PasswordPolicy") { xml in
                xml.element("MinimumPasswordLength", policy.minimumLength)
                xml.element("RequireSymbols", policy.requiresSymbols)
                xml.element("RequireNumbers", policy.requiresNumbers)
                xml.element("RequireUppercaseCharacters", policy.requiresUppercase)
                xml.element("RequireLowercaseCharacters", policy.requiresLowercase)
                xml.element("AllowUsersToChangePassword", policy.allowsChange)
                xml.element("ExpirePasswords", policy.maxAge != nil)
                xml.element("MaxPasswordAge", policy.maxAge)
                xml.element("PasswordReusePrevention", policy.reusePrevention)
                xml.element("HardExpiry", policy.isHardExpiry)
            }
        }
    }
}

/// Has the account ask of passwords what IAM asks by itself.
struct DeleteAccountPasswordPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteAccountPasswordPolicy")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> XMLEmpty {
        try await AccountSettings(call).deletePasswordPolicy()
        return XMLEmpty()
    }
}
