import Domain
import Wire

extension IAMService {
    static let account: [any Action<QueryReader>.Type] = [
        CreateAccountAlias.self, DeleteAccountAlias.self, GenerateCredentialReport.self, GetAccountSummary.self,
        GetCredentialReport.self, ListAccountAliases.self, ListMFADevices.self, ListSSHPublicKeys.self,
        ListSAMLProviders.self, ListServerCertificates.self, ListServiceSpecificCredentials.self, ListVirtualMFADevices.self,
    ]
}
