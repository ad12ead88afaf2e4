/// What an account asks of its users' passwords (IAM, "Setting an account password policy for IAM users").
package struct PasswordPolicy: Hashable, Codable, Sendable {
    package static let lengths = 6...128
    package static let ages = 1...1095
    package static let reuses = 1...24

    package var minimumLength = 6
    package var requiresSymbols = false
    package var requiresNumbers = false
    package var requiresUppercase = false
    package var requiresLowercase = false
    package var allowsChange = false
    /// In days; nil when passwords do not end.
    package var maxAge: Int?
    /// How many former passwords may not be used again.
    package var reusePrevention: Int?
    package var isHardExpiry: Bool?

    package init() {}

    /// Refuses a password that the account's policy does not allow.
    ///
    /// - Parameters:
    ///   - policy: nil where the account has set none: then it must be of 8 characters, of three of the four kinds.
    ///   - names: the user's name, and the account's: the password must be neither.
    package static func check(_ password: String, against policy: PasswordPolicy?, besides names: [String]) throws {
        let kinds = CharacterKinds(password)
        let length = password.unicodeScalars.count
        if let policy {
            guard length >= policy.minimumLength else {
                throw violation("It must have at least \(policy.minimumLength) characters.")
            }
            guard !policy.requiresSymbols || kinds.hasSymbol else { throw violation("It must have a symbol of \(CharacterKinds.symbols)") }
            guard !policy.requiresNumbers || kinds.hasNumber else { throw violation("It must have a number.") }
            guard !policy.requiresUppercase || kinds.hasUppercase else { throw violation("It must have an uppercase letter.") }
            guard !policy.requiresLowercase || kinds.hasLowercase else { throw violation("It must have a lowercase letter.") }
        } else {
            guard length >= 8 else { throw violation("It must have at least 8 characters.") }
            guard kinds.count >= 3 else {
                throw violation("It must have three of these: uppercase letters, lowercase letters, numbers and symbols.")
            }
        }
        guard !names.contains(where: { $0.lowercased() == password.lowercased() }) else {
            throw violation("It must not be the name of the user or of the account.")
        }
    }

    package static func violation(_ reason: String) -> Fault {
        Fault(.passwordPolicyViolation, "Password does not conform to the account password policy. \(reason)")
    }

    private struct CharacterKinds {
        static let symbols = "!@#$%^&*()_+-=[]{}|'"

        var hasSymbol = false
        var hasNumber = false
        var hasUppercase = false
        var hasLowercase = false

        var count: Int { [hasSymbol, hasNumber, hasUppercase, hasLowercase].count { $0 } }

        init(_ text: String) {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "a"..."z": hasLowercase = true
                case "A"..."Z": hasUppercase = true
                case "0"..."9": hasNumber = true
                default: if Self.symbols.unicodeScalars.contains(scalar) { hasSymbol = true }
                }
            }
        }
    }
}
