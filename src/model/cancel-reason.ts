/** The reason code that Jobwright gives AWS IoT when it cancels a job. It identifies Jobwright's own cancellations. */
export const CANCEL_REASON = 'JOBWRIGHT'
