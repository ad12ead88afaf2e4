import Domain
import Services
import Wire

extension IAMService {
    static let loginProfiles: [any Action<QueryReader>.Type] = [
        ChangePassword.self, CreateLoginProfile.self, DeleteAccountPasswordPolicy.self, DeleteLoginProfile.self,
        GetAccountPasswordPolicy.self, GetLoginProfile.self, UpdateAccountPasswordPolicy.self, UpdateLoginProfile.self,
    ]
}

/// The answer about a user's password.
struct LoginProfileAnswer: XMLEncodable {
    let profile: LoginProfiles.Description

    func write(to xml: inout XMLWriter) {
        xml.element("LoginProfile") { xml in
            xml.element("UserName", profile.userName)
            xml.element("CreateDate", date: profile.createdAt)
            xml.element("PasswordResetRequired", profile.isResetRequired)
        }
    }
}
