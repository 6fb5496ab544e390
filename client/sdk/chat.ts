/** What a chat needs beside the SDK itself: read markers, channels as people know them, and their people. */
export {
  type Marker,
  type MarkersPage,
  type Unfollowed,
  markersPage,
  moveMarkers,
  unfollow,
} from './markers.ts'
export {
  type ChannelProfile,
  type Member,
  type NewChannel,
  type Person,
  changeChannel,
  channelProfile,
  createChannel,
  findPeople,
  members,
  myChannels,
  putMember,
  removeMember,
} from './people.ts'
export { ReadMarkers, type ReadMarkersOptions } from './readMarkers.ts'
export type { ChannelKind, MemberRole } from '../../contract/membership.ts'
