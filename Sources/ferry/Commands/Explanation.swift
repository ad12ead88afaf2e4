import Client
import Foundation

/// An error and what was being done when it came.
struct CommandFailure: Error, CustomStringConvertible {
    /// `registering the image 'x' in us-east-1`.
    var doing: String
    var cause: any Error

    var description: String { "\(doing): \(FoundationProblem.cause(of: cause))" }
}

/// Names the work inside, so that an error can say what it interrupted.
func doing<Value>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as CommandFailure {
        throw error
    } catch let error where error is CancellationError || error is Interrupted {
        throw error
    } catch {
        throw CommandFailure(doing: what, cause: error)
    }
}

/// A failure that the command itself found, in words.
struct Refusal: Error, CustomStringConvertible {
    var description: String
    /// What can be done about it.
    var advice: String?

    init(_ description: String, advice: String? = nil) {
        self.description = description
        self.advice = advice
    }
}

/// Errors of Foundation's file functions, whose descriptions are dumps.
enum FoundationProblem {
    /// What the system said, with the file where it is known; any other error describes itself.
    static func cause(of error: any Error) -> String {
        guard let error = error as? CocoaError else { return String(describing: error) }
        let cause = (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
        return error.filePath.map { "\($0): \(cause)" } ?? cause
    }
}

/// An error as a person reads it: what was being done, what went wrong, what to do.
struct Explanation {
    let text: String

    init(of error: any Error) {
        let failure = error as? CommandFailure
        let cause = failure?.cause ?? error
        let what = TerminalText.clean(FoundationProblem.cause(of: cause))
        let advice = Self.advice(for: cause).map { "\n  \($0)" } ?? ""
        text = (failure.map { "\($0.doing): \(what)" } ?? what) + advice
    }

    private static func advice(for error: any Error) -> String? {
        switch error {
        case let failure as ConnectionFailure:
            switch failure.cause {
            case ConnectionFailure.refused where failure.endpoint.isLoopback:
                return """
                    Is the server running? Start it (`ferry serve`, or `sudo systemctl start ferry` for the installed service), or name it \
                    with --endpoint-url or --data.
                    """
            case ConnectionFailure.untrusted:
                return "For a self-signed certificate, set AWS_CA_BUNDLE to a PEM file that holds it."
            default:
                return nil
            }
        case let error as AWSError:
            return advice(for: error)
        case let refusal as Refusal:
            return refusal.advice
        case let problem as FileProblem where problem.isInTheWay:
            return "Add --force to replace it."
        default:
            return nil
        }
    }

    private static func advice(for error: AWSError) -> String? {
        // EBS direct answers a KMS key that is in the way with a denial, too: the access key has no part in it.
        if let reason = error.reason, ["DEPENDENCY_ACCESS_DENIED", "INVALID_CUSTOMER_KEY"].contains(reason) { return keysAdvice }
        // The server says a Region that it does not have as the AWS services do, as a fault of the signature.
        if error.message.contains("Credential should be scoped to a valid") {
            return "The server does not have the Region \(error.region): name one that it has."
        }
        return switch error.code {
        case "AuthFailure" where error.message.hasPrefix("Not authorized for"):
            "It is another account's: only its owner can do this."
        case "InvalidRequest" where error.message.contains("permission to access the storage of this ami"):
            "The owner must share the snapshots of the image, too: `ferry share IMAGE --with ACCOUNT --storage`."
        case "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "InvalidSignatureException", "UnrecognizedClientException":
            """
            The server does not know this access key and secret. For a server on this machine: eval "$(ferry env --data DIR)", with the \
            folder of the server; for the installed service: eval "$(sudo ferry env --data /var/lib/ferry)".
            """
        case "RequestExpired":
            "The clocks of this machine and of the server are more than 15 minutes apart."
        case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException":
            "The access key is known but not allowed to do this."
        case "InvalidKMSKey.InvalidState":
            keysAdvice
        case "InvalidAMIName.Duplicate":
            "Give another --name, or remove the other image with `ferry rm`."
        case "InvalidAMIID.Malformed":
            "Give the image's id, not its name: `ferry images --all-regions` lists both."
        case "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable":
            "If it is in another Region, name that Region. `ferry images --all-regions` lists all images with their Regions."
        case "InvalidSnapshot.InUse":
            "An image uses the snapshot; `ferry rm` removes an image with its snapshots."
        case "HTTP403" where error.action.hasPrefix("Head"):
            "The bucket is somebody else's, or the access key may not read it."
        case "InvalidSnapshot.NotFound", "InvalidInstanceID.NotFound", "InvalidVolume.NotFound", "InvalidGroup.NotFound":
            "If it is in another Region, name that Region with --region."
        case "InvalidKeyPair.NotFound":
            "`aws ec2 describe-key-pairs` lists your key pairs, and `aws ec2 import-key-pair` takes the public half of a key that you have."
        case "RequestLimitExceeded":
            "The server lets an account make so many calls in a second: `ferry throttling` shows its profile."
        case "MaxIOPSLimitExceeded", "ResourceLimitExceeded", "SecurityGroupLimitExceeded", "SnapshotLimitExceeded", "VcpuLimitExceeded",
            "VolumeLimitExceeded":
            "`ferry quotas` shows how much the account may have; the management account can grant more."
        case "NoSuchBucket":
            "`aws s3 ls` lists your buckets, and `aws s3 mb` makes one."
        default:
            nil
        }
    }

    /// All Regions: a copy can fail for the key of either side, and the error names only the Region that was asked.
    private static let keysAdvice = "`ferry keys --all-regions` lists the KMS keys, their states and what they protect."
}
