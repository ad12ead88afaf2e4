import Domain
import Foundation
import Testing

@Suite struct AllowedImagesTests {
    private static let stranger: AccountID = known("999999999999")
    private let image = Image.sample(state: .available)

    private func allows(_ criteria: ImageCriterion..., days: Double = 1, state: AllowedImages.State = .enabled) -> Bool {
        AllowedImages(state: state, criteria: criteria)
            .allows(image, for: Self.stranger, at: image.createdAt.addingTimeInterval(days * 86_400))
    }

    @Test func oneCriterionIsEnoughAndAllItsConditionsMustHold() {
        let owner = image.owner.rawValue
        #expect(allows())
        #expect(allows(ImageCriterion(providers: [owner])))
        #expect(!allows(ImageCriterion(providers: ["none"])))
        #expect(!allows(ImageCriterion(providers: ["amazon"])))
        #expect(allows(ImageCriterion(providers: ["amazon"]), ImageCriterion(providers: [owner])))
        #expect(allows(ImageCriterion(names: ["nothing", image.name])))
        #expect(allows(ImageCriterion(names: [String(image.name.prefix(1)) + "*"])))
        #expect(!allows(ImageCriterion(providers: [owner], names: ["nothing"])))
        #expect(!allows(ImageCriterion(marketplaceProductCodes: ["abc"])))
        #expect(allows(ImageCriterion(maximumDaysSinceCreated: 1)))
        #expect(!allows(ImageCriterion(maximumDaysSinceCreated: 1), days: 1.1))
    }

    @Test func onesOwnAreAlwaysAllowedAndTheStateDecidesWhatIsThere() {
        let none = [ImageCriterion(providers: ["none"])]
        for (state, isAllowed, isThere) in [
            (AllowedImages.State.disabled, true, true), (.auditMode, false, true), (.enabled, false, false),
        ] {
            let allowed = AllowedImages(state: state, criteria: none)
            let marked = allowed.marked(image, for: Self.stranger, at: image.createdAt)
            #expect(marked.isAllowed == isAllowed)
            #expect(allowed.shows(marked) == isThere)
            let own = allowed.marked(image, for: image.owner, at: image.createdAt)
            #expect(own.isAllowed && allowed.shows(own))
        }
    }

    @Test(arguments: [
        [ImageCriterion(providers: ["nobody"])], [ImageCriterion(providers: ["none", "amazon"])],
        [ImageCriterion(names: ["é"])], [ImageCriterion(names: [String(repeating: "a", count: 129)])],
        [ImageCriterion(marketplaceProductCodes: ["A"])], [ImageCriterion(maximumDaysSinceCreated: -1)],
        [ImageCriterion(maximumDaysSinceDeprecated: 2_147_483_648)],
        Array(repeating: ImageCriterion(), count: 11),
        [ImageCriterion(providers: (0..<201).map { String(100_000_000_000 + $0) })],
        [ImageCriterion(names: (0..<26).map { "a\($0)" }), ImageCriterion(names: (0..<26).map { "b\($0)" })],
    ])
    func whatIsNoCriterionIsRefused(_ criteria: [ImageCriterion]) throws {
        let fault = #expect(throws: Fault.self) { try AllowedImages.check(criteria) }
        #expect(fault?.code == .invalidParameterValue)
    }

    @Test func whatAmazonPublishesAsExamplesIsTaken() throws {
        try AllowedImages.check([
            ImageCriterion(
                providers: ["amazon", "aws-marketplace", "aws-backup-vault", "123456789012"],
                names: ["web-*", "a?(b)[c] d/e'f@g_h"]
            ),
            ImageCriterion(providers: ["none"]), ImageCriterion(maximumDaysSinceCreated: 0, maximumDaysSinceDeprecated: 0),
        ])
    }
}
