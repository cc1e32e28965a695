/** The reason code that Jobwright gives AWS IoT when it cancels a job, by which its own cancellations are known. */
export const CANCEL_REASON = 'JOBWRIGHT'
