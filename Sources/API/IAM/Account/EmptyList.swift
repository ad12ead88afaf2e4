import Domain
import Services
import Wire

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
