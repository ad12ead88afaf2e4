import NIOCore
import NIOHTTP1
import Wire

extension AWSClient {
    /// The Region that a bucket is in; nil when there is no such bucket.
    ///
    /// - Throws: ``AWSError`` `HTTP403` for a bucket that is somebody else's.
    package func region(ofBucket bucket: String, asking region: String) async throws -> String? {
        do {
            let answer = try await send(.s3("HeadBucket", .HEAD, bucket: bucket, region: region))
            return answer.headers.first(name: "x-amz-bucket-region") ?? region
        } catch let error as AWSError where error.status == 404 {
            return nil
        } catch let error as AWSError where error.bucketRegion != nil && error.bucketRegion != region {
            return error.bucketRegion
        }
    }

    /// Whether the objects of a bucket may have ACLs: those of a new bucket have none, unless it was made otherwise.
    package func takesACLs(bucket: String, region: String) async throws -> Bool {
        var call = Call.s3("GetBucketOwnershipControls", .GET, bucket: bucket, region: region)
        call.query = [(name: "ownershipControls", value: "")]
        do {
            let answer = try await send(call)
            let root = try? XMLNode(parsing: Array(answer.body.readableBytesView))
            return root?["Rule"]?.text("ObjectOwnership") != "BucketOwnerEnforced"
        } catch let error as AWSError where error.code == "OwnershipControlsNotFoundError" {
            return true
        }
    }

    /// Makes a bucket whose objects may have ACLs; one that the account has already is left as it is.
    package func createBucket(_ bucket: String, region: String) async throws {
        var call = Call.s3("CreateBucket", .PUT, bucket: bucket, region: region)
        call.headers = [(name: "x-amz-object-ownership", value: "BucketOwnerPreferred")]
        // us-east-1 is the one Region that must not be named.
        if region != "us-east-1" {
            var xml = XMLWriter()
            xml.element("CreateBucketConfiguration", attributes: [("xmlns", "http://s3.amazonaws.com/doc/2006-03-01/")]) { xml in
                xml.element("LocationConstraint", region)
            }
            call.headers.append((name: "content-type", value: "application/xml"))
            call.body = ByteBuffer(bytes: xml.bytes)
        }
        do {
            _ = try await send(call)
        } catch let error as AWSError where error.code == "BucketAlreadyOwnedByYou" {
        }
    }
}
