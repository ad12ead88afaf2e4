import Domain
import Services
import Wire

/// An action of IAM about what belongs to a user.
protocol IAMAction: QueryAction {}

extension IAMAction {
    static var namespace: String { IAMService.namespace }

    static func read(_ query: QueryReader, in call: Call) throws -> ReadAction<Self> {
        let user: String? = try query["UserName"]
        let action = try Self(from: query)
        try query.requireAllRead()
        // There are no users yet, so one that is named is not found; but listings call the account itself so.
        if let user, user != IAMService.rootUserName {
            throw Fault(.noSuchEntity, "The user with name \(user.prefix(128)) cannot be found.")
        }
        return ReadAction(action: action)
    }
}
