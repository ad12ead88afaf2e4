import Domain
import Services
import Wire

/// Changes one attribute of an image: its description, whom it is shared with (docs/behaviour/sharing.md, "Sharing images"), or that it wants the
/// newer metadata service. Others are refused by name.
struct ModifyImageAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyImageAttribute") { [$1.image($0.imageID)] }]

    private enum Change {
        case description(String)
        case sharing(SharingParameters)
        case imdsSupport(String)

        /// As `Attribute` names it, in lower case.
        var name: String {
            switch self {
            case .description: "description"
            case .sharing: "launchpermission"
            case .imdsSupport: "imdssupport"
            }
        }
    }

    private let imageID: String
    private let attribute: String?
    private let productCodes: [String]
    private let changes: [Change]

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        attribute = try query["Attribute"]
        productCodes = try query["ProductCode"]
        // Two encodings: Description.Value, or Attribute=description with Value. An empty text clears the description.
        let structured: PossiblyEmpty? = try query["Description.Value"]
        let plain: PossiblyEmpty? = try query["Value"]
        let text = structured ?? plain
        if let text, text.text.unicodeScalars.count > Images.descriptionLengthMax {
            throw .invalid("Description", text.text, "At most \(Images.descriptionLengthMax) characters are allowed")
        }
        let isIMDS = attribute?.lowercased() == "imdssupport"
        let imdsSupport: String? = try query["ImdsSupport.Value"] ?? (isIMDS ? plain?.text : nil)
        let sharing = try SharingParameters("LaunchPermission", from: query, takesOrganizations: true)
        changes = [
            (isIMDS ? structured : text).map { .description($0.text) }, sharing.isGiven ? .sharing(sharing) : nil,
            imdsSupport.map { .imdsSupport($0) },
        ].compactMap(\.self)
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        switch try change() {
        case .description(let text): try await Images(call).setDescription(text, of: imageID)
        case .sharing(let sharing): try await Images(call).share(imageID, sharing.change())
        case .imdsSupport(let text):
            guard text == "v2.0" else {
                let rule = "The only possible value is v2.0, and it cannot be taken back"
                throw Fault(.invalidParameterValue, "Value (\(text.prefix(64))) for parameter ImdsSupport is invalid. \(rule).")
            }
            try await Images(call).requireIMDSv2(for: imageID)
        }
        return XMLReturnTrue()
    }

    private func change() throws -> Change {
        if let attribute, !["description", "launchpermission", "imdssupport"].contains(attribute.lowercased()) {
            throw Fault(.unsupportedOperation, "The attribute \(attribute.prefix(64)) cannot be modified by this version of Ferry")
        }
        guard productCodes.isEmpty else {
            throw Fault(.unsupportedOperation, "The product codes of images cannot be modified: Ferry has none")
        }
        guard let change = changes.first else { throw Fault(.invalidParameterCombination, "No attributes specified.") }
        guard changes.count == 1, attribute.map({ $0.lowercased() == change.name }) ?? true else {
            throw Fault(
                .invalidParameterCombination,
                "Fields for multiple attribute types specified: one attribute is modified in a request."
            )
        }
        return change
    }
}
