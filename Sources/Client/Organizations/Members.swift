extension AWSClient {
    /// The accounts of an organization, or below one of its units, that are not closed. Nil for nobody of an organization.
    ///
    /// - Throws: `ForeignOrganization`; `AWSError` where the caller may not ask, as who is not of the management account.
    package func members(of partner: SharingPartner) async throws -> [RemoteAccount]? {
        switch partner {
        case .everyone, .account: return nil
        case .organization(let arn):
            try await requireOwn(arn)
            return try await open { try await accounts(after: $0) }
        case .organizationalUnit(let arn):
            try await requireOwn(arn)
            var (found, parents) = ([RemoteAccount](), [arn.split(separator: "/").last.map(String.init) ?? arn])
            // A tree is at most five units deep.
            while let parent = parents.popLast() {
                found += try await open { try await accounts(under: parent, after: $0) }
                var token: String?
                repeat {
                    let page = try await units(under: parent, after: token)
                    parents += page.units
                    token = page.next
                } while token != nil
            }
            return found
        }
    }

    /// An organization whose members can be asked for is the caller's own: that of the ARN.
    private func requireOwn(_ arn: String) async throws {
        let own = try await organizationARN()
        let id = own.split(separator: "/").last.map(String.init) ?? own
        guard arn == own || arn.contains(":ou/\(id)/") else { throw ForeignOrganization(arn: arn, own: own) }
    }

    private func open(_ page: (String?) async throws -> (accounts: [RemoteAccount], next: String?)) async throws -> [RemoteAccount] {
        var (found, token) = ([RemoteAccount](), String?.none)
        repeat {
            let read = try await page(token)
            found += read.accounts.filter { $0.status == "ACTIVE" }
            token = read.next
        } while token != nil
        return found
    }
}

/// The members of an organization that is not the caller's are not known to it.
package struct ForeignOrganization: Error, CustomStringConvertible {
    let arn: String
    let own: String

    package var description: String { "\(arn) is not of the organization \(own), the only one whose accounts this key may ask for" }
}
