import Domain
import Testing

/// Every cell of the table of docs/behaviour/encryption.md, "Copies".
@Suite struct CopyEncryptionRulesTests {
    private static let key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    private enum Source: CaseIterable {
        case open, openElsewhere, ownHere, ownElsewhere, sharedHere, sharedElsewhere

        var value: CopyEncryptionRules.Source {
            CopyEncryptionRules.Source(
                id: known("snap-0123456789abcdef0"),
                keyARN: [.open, .openElsewhere].contains(self) ? nil : key,
                isOwn: ![.sharedHere, .sharedElsewhere].contains(self),
                isInRegion: [.open, .ownHere, .sharedHere].contains(self)
            )
        }
    }

    /// What is asked for, with encryption by default off and on, and the outcome for each source in the order of `Source`.
    private static let matrix: [(isEncrypted: Bool?, key: String?, isOn: Bool, outcomes: [EncryptionOutcome?])] = {
        let (account, managed) = (EncryptionOutcome.encrypted(under: .accountDefault), EncryptionOutcome.encrypted(under: .managedByAWS))
        let (same, named) = (EncryptionOutcome.encrypted(under: .inherited(key)), EncryptionOutcome.encrypted(under: .named("alias/k")))
        return [
            (nil, nil, false, [.open, .open, same, managed, account, account]),
            (nil, nil, true, [account, account, account, account, account, account]),
            (true, nil, false, [account, account, same, account, account, account]),
            (true, nil, true, [account, account, same, account, account, account]),
            (true, "alias/k", false, [named, named, named, named, named, named]),
            (true, "alias/k", true, [named, named, named, named, named, named]),
            (false, nil, false, [.open, .open, nil, nil, nil, nil]),
            (false, nil, true, [account, account, nil, nil, nil, nil]),
        ]
    }()

    @Test func everyCellOfCopyImage() throws {
        for row in Self.matrix {
            let request = EncryptionRequest(isEncrypted: row.isEncrypted, key: row.key)
            let rules = try CopyEncryptionRules(request, of: .copyImage, isOnByDefault: row.isOn)
            for (source, expected) in zip(Source.allCases, row.outcomes) {
                guard let expected else {
                    let fault = #expect(throws: Fault.self, "\(row) \(source)") { _ = try rules.outcome(of: source.value) }
                    #expect(fault?.code == .invalidRequest)
                    #expect(
                        fault?.message == "Snapshot snap-0123456789abcdef0 is encrypted. "
                            + "Creating unencrypted copy from an encrypted snapshot is not supported."
                    )
                    continue
                }
                #expect(try rules.outcome(of: source.value) == expected, "\(row) \(source)")
            }
        }
    }

    @Test func everyCellOfCopySnapshot() throws {
        for row in Self.matrix {
            let request = EncryptionRequest(isEncrypted: row.isEncrypted, key: row.key)
            guard row.isEncrypted != false else {
                let fault = #expect(throws: Fault.self) { _ = try CopyEncryptionRules(request, of: .copySnapshot, isOnByDefault: row.isOn) }
                #expect(fault?.code == .invalidParameterValue)
                continue
            }
            let rules = try CopyEncryptionRules(request, of: .copySnapshot, isOnByDefault: row.isOn)
            for (source, expected) in zip(Source.allCases, row.outcomes) {
                #expect(try rules.outcome(of: source.value) == expected, "\(row) \(source)")
            }
        }
    }

    @Test(arguments: [nil, false], [false, true])
    func aKeyNeedsEncrypted(isEncrypted: Bool?, isOn: Bool) {
        for action in [CopyEncryptionRules.Action.copyImage, .copySnapshot] {
            let fault = #expect(throws: Fault.self) {
                _ = try CopyEncryptionRules(EncryptionRequest(isEncrypted: isEncrypted, key: "alias/k"), of: action, isOnByDefault: isOn)
            }
            #expect(fault?.code == .invalidParameterDependency)
        }
    }

    /// The rule that no row may break: what is encrypted never becomes open.
    @Test func nothingEncryptedBecomesOpen() throws {
        for isEncrypted in [nil, false, true] as [Bool?] {
            for isOn in [false, true] {
                let rules = try CopyEncryptionRules(EncryptionRequest(isEncrypted: isEncrypted), of: .copyImage, isOnByDefault: isOn)
                for source in Source.allCases where source.value.keyARN != nil {
                    #expect((try? rules.outcome(of: source.value)) != .open)
                }
            }
        }
    }
}
