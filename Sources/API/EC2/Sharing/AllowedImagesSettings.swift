import Domain
import Services
import Wire

/// Marks images of others that are not allowed, or takes them for absent (docs/behaviour/sharing.md, "Allowed images").
struct EnableAllowedImagesSettings: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableAllowedImagesSettings")]

    private enum State: String, QueryScalar {
        case enabled
        case auditMode = "audit-mode"

        var value: AllowedImages.State {
            switch self {
            case .enabled: .enabled
            case .auditMode: .auditMode
            }
        }
    }

    private let state: State

    init(from query: QueryReader) throws(RequestError) { state = try query["AllowedImagesSettingsState"] }

    func run(in call: Call) async throws -> AllowedImagesStateAnswer {
        try await SharingControls(call).allowImages(state.value)
        return AllowedImagesStateAnswer(state: state.value)
    }
}

/// Lets the account use whatever image it sees. The criteria stay.
struct DisableAllowedImagesSettings: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableAllowedImagesSettings")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> AllowedImagesStateAnswer {
        try await SharingControls(call).allowImages(.disabled)
        return AllowedImagesStateAnswer(state: .disabled)
    }
}

struct AllowedImagesStateAnswer: XMLEncodable {
    let state: AllowedImages.State

    func write(to xml: inout XMLWriter) { xml.element("allowedImagesSettingsState", state.rawValue) }
}

struct GetAllowedImagesSettings: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetAllowedImagesSettings")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> Managed<AllowedImagesAnswer> {
        Managed(answer: AllowedImagesAnswer(settings: try await SharingControls(call).settings().allowed))
    }

    struct AllowedImagesAnswer: XMLEncodable {
        let settings: AllowedImages

        func write(to xml: inout XMLWriter) {
            xml.element("state", settings.state.rawValue)
            xml.list("imageCriterionSet", settings.criteria) { xml, criterion in
                for (name, texts) in [
                    ("imageProviderSet", criterion.providers), ("marketplaceProductCodeSet", criterion.marketplaceProductCodes),
                    ("imageNameSet", criterion.names),
                ] where !texts.isEmpty {
                    xml.list(name, texts)
                }
                if let days = criterion.maximumDaysSinceDeprecated {
                    xml.element("deprecationTimeCondition") { $0.element("maximumDaysSinceDeprecated", days) }
                }
                if let days = criterion.maximumDaysSinceCreated {
                    xml.element("creationDateCondition") { $0.element("maximumDaysSinceCreated", days) }
                }
            }
        }
    }
}

/// Puts criteria in the place of those that were there. None at all allow every image.
struct ReplaceImageCriteriaInAllowedImagesSettings: EC2Action {
    static let permissions = [Permission<Self>("ec2:ReplaceImageCriteriaInAllowedImagesSettings")]

    private let criteria: [CriterionParameters]

    init(from query: QueryReader) throws(RequestError) { criteria = try query["ImageCriterion"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await SharingControls(call).replaceCriteria(by: criteria.map(\.criterion))
        return XMLReturnTrue()
    }

    private struct CriterionParameters: QueryStructure {
        let criterion: ImageCriterion

        init(from query: QueryReader) throws(RequestError) {
            criterion = ImageCriterion(
                providers: try query["ImageProvider"],
                marketplaceProductCodes: try query["MarketplaceProductCode"],
                names: try query["ImageName"],
                maximumDaysSinceCreated: try query["CreationDateCondition.MaximumDaysSinceCreated"],
                maximumDaysSinceDeprecated: try query["DeprecationTimeCondition.MaximumDaysSinceDeprecated"]
            )
        }
    }
}
