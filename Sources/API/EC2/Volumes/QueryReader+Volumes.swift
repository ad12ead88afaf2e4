import Domain
import Services
import Wire

extension QueryReader {
    /// `Size`, `VolumeType`, `Iops`, `Throughput` and `MultiAttachEnabled`.
    func volumeShape() throws(RequestError) -> VolumeShapeRequest {
        VolumeShapeRequest(
            type: try self["VolumeType"],
            sizeGiB: try self["Size"],
            iops: try self["Iops"],
            throughput: try self["Throughput"],
            isMultiAttachEnabled: try self["MultiAttachEnabled"]
        )
    }

    /// `VolumeId.N`, filters and the page.
    func volumes() throws(RequestError) -> VolumeQuery {
        var query = VolumeQuery()
        query.ids = try self["VolumeId"]
        query.filters = try filters()
        query.page = try page()
        return query
    }
}
