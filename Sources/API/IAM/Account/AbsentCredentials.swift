import Domain
import Services
import Wire

/// Lists the keys for SSH of a user. Ferry has none: there is nothing that they would open.
struct ListSSHPublicKeys: IAMAction {
    static let permissions = [Permission<Self>("iam:ListSSHPublicKeys") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { try await EmptyList("SSHPublicKeys", of: userName, in: call) }
}

/// Lists the devices for a second factor of a user. Ferry has none.
struct ListMFADevices: IAMAction {
    static let permissions = [Permission<Self>("iam:ListMFADevices") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { try await EmptyList("MFADevices", of: userName, in: call) }
}

/// Lists the passwords of a user for other services. Ferry has none.
struct ListServiceSpecificCredentials: IAMAction {
    static let permissions = [Permission<Self>("iam:ListServiceSpecificCredentials") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    /// Of all users at once: the name is of no account then.
    private let isOfAll: Bool

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        isOfAll = try query["AllUsers"] ?? false
        // Whichever service it is, there are none.
        let _: String? = try query["ServiceName"]
        try query.readOnlyPage()
        guard !isOfAll || userName == nil else {
            throw .rejected(code: FaultCode.validationError.rawValue, message: "UserName cannot be given together with AllUsers.")
        }
    }

    func run(in call: Call) async throws -> EmptyList {
        isOfAll ? EmptyList("ServiceSpecificCredentials") : try await EmptyList("ServiceSpecificCredentials", of: userName, in: call)
    }
}

/// Lists the account's virtual devices for a second factor. Ferry has none.
struct ListVirtualMFADevices: IAMAction {
    static let permissions = [Permission<Self>("iam:ListVirtualMFADevices")]

    private enum Assignment: String, CaseIterable {
        case assigned = "Assigned"
        case unassigned = "Unassigned"
        case any = "Any"
    }

    init(from query: QueryReader) throws(RequestError) {
        // Assigned or not, there are none.
        _ = try query.optionalChoice("AssignmentStatus", Assignment.self)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { EmptyList("VirtualMFADevices") }
}

/// A listing of what Ferry has not.
struct EmptyList: XMLEncodable {
    private let name: String

    init(_ name: String) { self.name = name }

    /// - Throws: `Fault` `NoSuchEntity` of the user.
    init(_ name: String, of userName: String?, in call: Call) async throws {
        _ = try await Users(call).describe(userName)
        self.init(name)
    }

    func write(to xml: inout XMLWriter) {
        xml.members(name, [Int]()) { _, _ in }
        xml.element("IsTruncated", false)
    }
}
