import Foundation

extension Date {
    /// Without what is less than a second: as EC2 tells when instances were launched, and volumes and interfaces attached (docs/behaviour/requests.md,
    /// "Answers and errors").
    package var wholeSeconds: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }
}
