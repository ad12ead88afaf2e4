import Foundation
import Services
import Wire

/// Answers that the credential report can be had: it is made when it is asked for.
struct GenerateCredentialReport: IAMAction {
    static let permissions = [Permission<Self>("iam:GenerateCredentialReport")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer { Answer() }

    struct Answer: XMLEncodable {
        func write(to xml: inout XMLWriter) {
            xml.element("State", "COMPLETE")
            xml.element("Description", "The report is made when it is asked for.")
        }
    }
}

/// Tells who of the account can sign and sign in with what.
struct GetCredentialReport: IAMAction {
    static let permissions = [Permission<Self>("iam:GetCredentialReport")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer { Answer(report: try await CredentialReport(of: call)) }

    struct Answer: XMLEncodable {
        let report: CredentialReport

        func write(to xml: inout XMLWriter) {
            xml.element("Content", Data(report.csv.utf8).base64EncodedString())
            xml.element("ReportFormat", "text/csv")
            xml.element("GeneratedTime", date: report.madeAt)
        }
    }
}
